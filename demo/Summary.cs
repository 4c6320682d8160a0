namespace Demo;

/// <summary>The story in a few plain lines.</summary>
internal static class Summary
{
    private const int Width = 100; // columns

    public static IEnumerable<string> Lines(Story story, AwsCalls calls)
    {
        var (traffic, subscribers) = (story.Traffic, story.Traffic.Subscribers);
        var (due, received) = (subscribers.Sum(s => s.Due), subscribers.Sum(s => s.Received));
        var lost = subscribers.Sum(s => s.LostWithServer);
        string[] texts =
        [
            .. story.Acts.Select((act, i) => $"  {i + 1} {act.Title,-28}{string.Join(", ", act.Outcome)}"),
            $"  Messages   {traffic.Published:N0} published; {due:N0} deliveries due to {subscribers.Count} subscribers on other servers: {received:N0} delivered, {lost:N0} lost with the killed server and node, {subscribers.Sum(s => s.LostOtherwise):N0} lost otherwise.",
            "             (Core NATS keeps nothing for a client that is looking for another server; JetStream does.)",
            $"  AWS calls  {calls.Total:N0}: {calls.Writes:N0} heartbeats, {calls.Reads:N0} reads and {calls.Deletes:N0} deletes of rows, {calls.AutoScaling:N0} Auto Scaling, {calls.Metadata:N0} instance metadata.",
            $"  All of it took {story.Elapsed.TotalSeconds:0} s. No other server was restarted, no instance reported Unhealthy.",
        ];
        yield return "";
        yield return "What happened";
        foreach (var line in texts.SelectMany(t => Line.Wrap(t, Width, 13))) yield return line;
    }
}
