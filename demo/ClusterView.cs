namespace Demo;

/// <summary>A way from one server to another.</summary>
/// <param name="To">The other node's number.</param>
/// <param name="Linked">The server holds a connection to it.</param>
/// <param name="Configured">The agent wrote it into the server's configuration.</param>
internal sealed record RouteView(int To, bool Linked, bool Configured);

/// <summary>One node as it is seen from outside.</summary>
/// <param name="Number">Also the last byte of its address.</param>
/// <param name="Status">What its row says; null: there is no row.</param>
/// <param name="Age">Since its row last changed.</param>
/// <param name="Lost">The demo took the whole machine away.</param>
/// <param name="Version">The server's; null: it does not answer.</param>
/// <param name="ServerPid">The server's process; null: it does not answer.</param>
internal sealed record NodeView(
    int Number, string Address, string Zone, string? Status, TimeSpan? Age, bool Lost, IReadOnlyList<RouteView> Routes, string? Version, int? ServerPid)
{
    /// <summary>Its row says working, and its server holds a connection to each of these and to nobody else.</summary>
    public bool IsLinkedTo(IEnumerable<int> others) =>
        Status == "working" && ServerPid is not null && Routes.Where(r => r.Linked).Select(r => r.To).Order().SequenceEqual(others.Order());

    /// <summary>Its server's configuration names each of these and nobody else.</summary>
    public bool IsConfiguredFor(IEnumerable<int> others) => Routes.Where(r => r.Configured).Select(r => r.To).Order().SequenceEqual(others.Order());
}

/// <summary>All nodes at one moment.</summary>
internal sealed record ClusterView(IReadOnlyList<NodeView> Nodes)
{
    public static ClusterView Nothing { get; } = new([]);

    public NodeView this[int number] => Nodes.Single(n => n.Number == number);

    /// <summary>These nodes are one cluster, every server connected to every other.</summary>
    public bool IsMeshOf(params int[] numbers) => numbers.All(n => this[n].IsLinkedTo(numbers.Where(o => o != n)));

    /// <summary>The configuration of each of these nodes names the others.</summary>
    public bool IsConfiguredAs(params int[] numbers) => numbers.All(n => this[n].IsConfiguredFor(numbers.Where(o => o != n)));

    /// <summary>What a reader would call a change: all but the age of heartbeats.</summary>
    public string Shape => string.Join('\n', Nodes.Select(n =>
        $"{n.Number} {n.Status} {n.Lost} {n.Version} {n.ServerPid} {string.Join(' ', n.Routes.Where(r => r.Linked || n.ServerPid is not null).Select(r => $"{r.To}{r.Linked}{r.Configured}"))}"));
}
