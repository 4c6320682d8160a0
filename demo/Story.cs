using LocalCluster;

namespace Demo;

/// <summary>The acts, one after the other. Each waits for what must happen, with a deadline, and keeps the picture alive meanwhile.</summary>
internal sealed class Story(Cluster cluster, IStage stage, string serverVersion, TimeProvider time, CancellationToken stop) : IAsyncDisposable
{
    /// <summary>150 ms between two looks: as exact as the times told, and no load.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    /// <summary>60 s: a busy machine is slow, and a demo that fails for that tells nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly long began = time.GetTimestamp();
    private readonly ClusterWatch watch = new(cluster);
    private readonly List<Happening> happenings = [];
    private readonly Act forms = new("Three agents, one cluster",
        "Three instances boot at the same moment, each knowing nothing but the table's name. Each agent writes its own row, reads the others', and starts its nats-server with routes to them.");
    private readonly Act killed = new("A server is killed",
        "kill -9, as the kernel does when memory runs out. The agent sees its server's exit at once and starts it again: no instance is replaced, nobody is called.");
    private readonly Act lost = new("A whole node is lost",
        "Agent and server die together and say nothing, as when a machine fails. The others see that its row falls silent, drop their routes to it, and in the end delete the row.");
    private readonly Act joins = new("A new node joins",
        "A fourth instance boots, as Auto Scaling would start one. It writes its row and is a route of every server shortly after: by reload, no server restarts, no client is disconnected.");

    private ClusterView view = ClusterView.Nothing;

    public Traffic Traffic { get; } = new(cluster);

    public IReadOnlyList<Act> Acts => [forms, killed, lost, joins];

    public TimeSpan Elapsed => time.GetElapsedTime(began);

    /// <summary>The act that is on; null before, between and after.</summary>
    public Act? Present => Acts.FirstOrDefault(a => a.State == ActState.Now);

    public ClusterView View => view;

    /// <exception cref="DemoFailedException">Something did not happen in time, or happened though it must not.</exception>
    /// <exception cref="OperationCanceledException">We are to stop.</exception>
    public async Task TellAsync()
    {
        var (one, two, three) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        await FormAsync(one, two, three);
        var untouched = view[1].ServerPid;
        await KillServerAsync(two);
        await LoseNodeAsync(three);
        await JoinAsync(two);
        await CheckAsync(untouched);
    }

    /// <summary>Looks and shows until we are to stop.</summary>
    public async Task KeepAsync(IReadOnlyList<string> hints)
    {
        while (true) await LookAsync(hints);
    }

    public ValueTask DisposeAsync() => Traffic.DisposeAsync();

    private async Task FormAsync(Node one, Node two, Node three)
    {
        Begin(forms, "three agents are started");
        cluster.StartAll();
        var took = await UntilAsync(() => view.IsMeshOf(1, 2, 3), "three servers connected to each other");
        forms.Outcome.Add($"connected after {Seconds(took)}");
        Tell($"{Seconds(took)} later every server is connected to the other two", Ink.Good);
        await Traffic.SubscribeAsync("subscriber 1", two, one);
        await Traffic.SubscribeAsync("subscriber 2", three, two);
        await Traffic.StartPublisherAsync(one);
        await UntilAsync(() => Traffic.Subscribers.All(s => s.Received > 0), "messages sent to .1 arrive on .2 and .3");
        Tell("a publisher sends 50 messages a second to .1; they arrive at subscribers on .2 and .3", Ink.Plain);
        await UntilAsync(() => view.IsConfiguredAs(1, 2, 3), "every configuration names the other two");
        await EndAsync(forms);
    }

    private async Task KillServerAsync(Node victim)
    {
        var before = view;
        var pid = before[victim.Number].ServerPid!.Value;
        Begin(killed, $"kill -9 {pid}: the server of .{victim.Number}");
        Traffic.ExpectLossAt(victim);
        Posix.Signal(pid, Posix.Kill);
        var took = await UntilAsync(() => view.IsMeshOf(1, 2, 3) && view[victim.Number].ServerPid is { } now && now != pid, $"the server of .{victim.Number} is started again");
        killed.Outcome.Add($"back after {Seconds(took)}");
        Tell($"{Seconds(took)} later it is back as process {view[victim.Number].ServerPid}, connected to both others", Ink.Good);
        await UntilConnectedAsync();
        RequireSameServers(before, 1, 3);
        await EndAsync(killed);
    }

    private async Task LoseNodeAsync(Node victim)
    {
        var before = view;
        Begin(lost, $"the machine of .{victim.Number} is lost: agent and server killed, its instance gone");
        Traffic.ExpectLossAt(victim);
        watch.Lose(victim);
        await victim.VanishAsync();
        var links = await UntilAsync(() => view.IsMeshOf(1, 2), "the others' connections to the lost node close");
        Tell($"{Seconds(links)} later the connections to it are closed; the others still dial it", Ink.Plain);
        await UntilConnectedAsync();
        var routes = await UntilAsync(() => view.IsConfiguredAs(1, 2), "the routes to the lost node leave the others' configurations");
        lost.Outcome.Add($"routes gone after {Seconds(routes)}");
        Tell($"{Seconds(routes)} after its death its routes are out of every configuration, by reload", Ink.Good);
        var row = await UntilAsync(() => view.Nodes.All(n => n.Number != victim.Number), "the lost node's row is deleted");
        lost.Outcome.Add($"row after {Seconds(row)}");
        Tell($"{Seconds(row)} after its death its row is deleted", Ink.Good);
        RequireSameServers(before, 1, 2);
        await EndAsync(lost);
    }

    private async Task JoinAsync(Node refuge)
    {
        var before = view;
        Begin(joins, "a fourth instance boots");
        var node = cluster.AddNode();
        node.StartAgent();
        await LookAsync([]);
        var took = await UntilAsync(() => view.IsMeshOf(1, 2, 4), "the fourth server is connected to the others");
        joins.Outcome.Add($"connected after {Seconds(took)}");
        Tell($"{Seconds(took)} later its server is connected to both others", Ink.Good);
        var subscriber = await Traffic.SubscribeAsync("subscriber 3", node, refuge);
        await UntilAsync(() => subscriber.Received > 0, "messages sent to .1 arrive on .4");
        Tell("a subscriber on .4 gets the messages sent to .1", Ink.Plain);
        var routes = await UntilAsync(() => view.IsConfiguredAs(1, 2, 4), "the routes to the fourth node are in every configuration");
        joins.Outcome.Add($"in every configuration after {Seconds(routes)}");
        Tell($"{Seconds(routes)} after its start it is in every configuration, by reload", Ink.Good);
        RequireSameServers(before, 1, 2);
        await EndAsync(joins);
    }

    private async Task CheckAsync(int? untouched)
    {
        await Traffic.StopPublishingAsync();
        await UntilAsync(() => Traffic.Subscribers.All(s => s.Last >= Traffic.Published), "the last message arrives at every subscriber");
        if (view[1].ServerPid != untouched) throw new DemoFailedException("The server of .1 was restarted, though nothing was done to it.");
        if (Traffic.PublisherDrops > 0) throw new DemoFailedException($"The publisher lost its connection to .1 {Traffic.PublisherDrops} times, though nothing was done to that server.");
        if (Traffic.Subscribers.Sum(s => s.LostOtherwise) is > 0 and var missing)
            throw new DemoFailedException($"{missing} messages are missing that no killed server explains.");
        if (cluster.Cloud.AutoScaling.Reports.FirstOrDefault(r => r.HealthStatus == "Unhealthy") is { } report)
            throw new DemoFailedException($"{report.InstanceId} was reported Unhealthy, though each server could be started again.");
    }

    private void Begin(Act act, string what)
    {
        act.State = ActState.Now;
        act.Began = Elapsed;
        Show([]);
        Tell(what, Ink.Bold);
    }

    /// <summary>Leaves time to read what the act has brought.</summary>
    private async Task EndAsync(Act act)
    {
        var until = Elapsed + stage.ReadingTime;
        while (Elapsed < until) await LookAsync([]);
        act.State = ActState.Done;
    }

    private async Task UntilConnectedAsync()
    {
        await UntilAsync(() => Traffic.Subscribers.All(s => s.At is not null && s.Last >= Traffic.Published - 5), "every subscriber has found a server and gets messages");
        foreach (var subscriber in Traffic.Subscribers.Where(s => s.LostWithServer > 0 && !told.Contains(s)))
        {
            told.Add(subscriber);
            Tell($"its subscriber went on at .{subscriber.At}; {subscriber.LostWithServer} messages passed meanwhile, as ever in core NATS", Ink.Plain);
        }
    }

    private readonly HashSet<Subscriber> told = [];

    private void RequireSameServers(ClusterView before, params int[] numbers)
    {
        foreach (var number in numbers)
        {
            if (view[number].ServerPid != before[number].ServerPid)
                throw new DemoFailedException($"The server of .{number} was restarted (process {before[number].ServerPid}, now {view[number].ServerPid}), though nothing was done to it.");
        }
    }

    /// <returns>The time since the act began.</returns>
    private async Task<TimeSpan> UntilAsync(Func<bool> condition, string what)
    {
        var start = Elapsed;
        do
        {
            if (Elapsed - start > Patience) throw new DemoFailedException($"Not within {Patience.TotalSeconds} s: {what}.");
            await LookAsync([]);
        }
        while (!condition());
        return Elapsed - (Present?.Began ?? start);
    }

    private async Task LookAsync(IReadOnlyList<string> hints)
    {
        view = await watch.LookAsync().WaitAsync(stop);
        Show(hints);
        await Task.Delay(Pause, time, stop);
    }

    private void Show(IReadOnlyList<string> hints) => stage.Show(new Frame(
        Elapsed, $"nats-server {serverVersion}, AWS pretended on this machine", view, Traffic.PublisherAt > 0 ? Traffic : null, AwsCalls.Count(cluster), Acts, happenings, hints));

    private void Tell(string text, Ink ink)
    {
        var happening = new Happening(Elapsed, text, ink);
        happenings.Add(happening);
        stage.Tell(happening);
    }

    private static string Seconds(TimeSpan span) => $"{span.TotalSeconds:0.0} s";
}
