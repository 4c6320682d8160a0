namespace Demo;

/// <summary>The parts of a frame as lines. Nothing here knows where they are shown.</summary>
internal static class Picture
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2.5); // two beats of 1 s, jitter included

    /// <summary>A header and a line for each node.</summary>
    /// <param name="suspicious">Age from which a row counts as silent.</param>
    /// <param name="dot">Drawn before the age of a heartbeat.</param>
    public static IEnumerable<Line> Table(ClusterView view, TimeSpan suspicious, string dot)
    {
        yield return new Line().Add(" ").Add("ADDRESS", Ink.Dim, 16).Add("ZONE", Ink.Dim, 12).Add("ROW SAYS", Ink.Dim, 11).Add("HEARTBEAT", Ink.Dim, 13)
            .Add("ROUTES TO", Ink.Dim, 12).Add("SERVER", Ink.Dim, 8).Add("PID", Ink.Dim);
        foreach (var node in view.Nodes)
        {
            var line = new Line().Add(" ").Add(node.Address, node.Lost ? Ink.Dim : Ink.Bold, 16).Add(node.Zone, node.Lost ? Ink.Dim : Ink.Plain, 12)
                .Add(node.Status ?? "no row yet", StatusInk(node), 11).AddCell(Heartbeat(node, suspicious, dot), 13);
            if (node.Lost) yield return line.Add("machine lost", Ink.Bad);
            else yield return line.AddCell(Routes(node), 12).Add(node.Version ?? "down", node.Version is null ? Ink.Bad : Ink.Plain, 8).Add($"{node.ServerPid}");
        }
    }

    public static Line Messages(Traffic traffic)
    {
        var line = new Line().Add(" MESSAGES  ", Ink.Dim).Add($"{traffic.Published:N0}", Ink.Bold).Add($" sent to .{traffic.PublisherAt}");
        foreach (var subscriber in traffic.Subscribers)
        {
            line.Add(" | ", Ink.Dim).Add(subscriber.At is { } at ? $".{at} " : "moving ", subscriber.At is null ? Ink.Warn : Ink.Plain).Add($"{subscriber.Received:N0}", Ink.Bold);
            if (subscriber.LostWithServer > 0) line.Add($" lost {subscriber.LostWithServer:N0}", Ink.Warn);
            if (subscriber.LostOtherwise > 0) line.Add($" LOST {subscriber.LostOtherwise:N0}", Ink.Bad);
        }
        return line;
    }

    public static Line Calls(AwsCalls calls) => new Line().Add(" AWS CALLS ", Ink.Dim)
        .Add($"{calls.Writes:N0} heartbeats, {calls.Reads:N0} reads, {calls.Deletes:N0} deletes, {calls.AutoScaling:N0} Auto Scaling, {calls.Metadata:N0} metadata");

    /// <summary>A line for each act.</summary>
    /// <param name="done">Drawn before an act that is over.</param>
    /// <param name="now">Drawn before the present one.</param>
    public static IEnumerable<Line> Acts(IReadOnlyList<Act> acts, TimeSpan at, string done, string now)
    {
        for (var i = 0; i < acts.Count; i++)
        {
            var act = acts[i];
            var (mark, ink) = act.State switch
            {
                ActState.Done => (done, Ink.Good),
                ActState.Now => (now, Ink.Warn),
                _ => ("", Ink.Dim),
            };
            var said = act.State == ActState.Now && act.Outcome.Count == 0 ? $"{(at - act.Began).TotalSeconds:0.0} s" : string.Join(", ", act.Outcome);
            yield return new Line().Add(" ").Add(mark, ink, 2).Add($"{i + 1} {act.Title}", act.State == ActState.Ahead ? Ink.Dim : Ink.Bold, 28)
                .Add(said, act.State == ActState.Done ? Ink.Good : Ink.Plain);
        }
    }

    public static string Clock(TimeSpan at) => $"{(int)at.TotalMinutes}:{at.Seconds:00}";

    private static Ink StatusInk(NodeView node) => node switch
    {
        { Lost: true } => Ink.Dim,
        { Status: "working" } => Ink.Good,
        { Status: "error" } => Ink.Bad,
        _ => Ink.Warn,
    };

    private static IEnumerable<(string, Ink)> Heartbeat(NodeView node, TimeSpan suspicious, string dot)
    {
        if (node.Age is not { } age) return [("-", Ink.Dim)];
        var ink = age < Fresh ? Ink.Good : age < suspicious ? Ink.Warn : Ink.Bad;
        return [(dot, ink), ($"{age.TotalSeconds:0.0} s ago", ink == Ink.Good ? Ink.Plain : ink)];
    }

    /// <summary>Green: connected. Red, with a mark: in the configuration, and nobody answers there.</summary>
    private static IEnumerable<(string, Ink)> Routes(NodeView node)
    {
        if (node.ServerPid is null || node.Routes.Count == 0) return [("-", Ink.Dim)];
        return node.Routes.Select(r => r.Linked ? ($".{r.To} ", Ink.Good) : ($".{r.To}? ", Ink.Bad));
    }
}
