namespace AwsNats.Simulation.World;

/// <summary>
/// The mesh as the servers' loaded configurations make it. Gossip would complete any connected graph; what is asked for here is more: every
/// server's own file names exactly the others, so that any of them may restart in any order.
/// </summary>
internal static class Mesh
{
    /// <returns>Null when it is whole, else the first flaw.</returns>
    public static string? Fault(Fleet fleet)
    {
        var members = fleet.Members.ToList();
        var addresses = members.Select(host => host.Address).Concat(fleet.OldScripts.Where(script => script.IsRunning).Select(script => script.Address)).ToHashSet();
        foreach (var host in members)
        {
            if (host.Server is not { IsServing: true } server) return $"{host} has no healthy server";
            var missing = addresses.Where(address => address != host.Address && !server.Routes.Contains(address)).ToList();
            if (missing.Count > 0) return $"{host} has no route to {missing.Count} of {addresses.Count - 1} others, such as {missing[0]}";
            var dead = server.Routes.Where(address => !addresses.Contains(address)).ToList();
            if (dead.Count > 0) return $"{host} has routes to {dead.Count} that are gone, such as {dead[0]}";
        }

        return null;
    }

    /// <summary>Whether gossip could make one cluster of what the serving servers have loaded: the graph of their routes hangs together.</summary>
    public static bool IsConnected(Fleet fleet)
    {
        var serving = fleet.Members.Where(host => host.Server is { IsServing: true }).ToDictionary(host => host.Address, host => host.Server!.Routes);
        if (serving.Count == 0) return true;
        var reached = new HashSet<string>();
        var open = new Stack<string>([serving.Keys.First()]);
        while (open.TryPop(out var address))
        {
            if (!reached.Add(address)) continue;
            foreach (var other in serving.Keys)
                if (serving[address].Contains(other) || serving[other].Contains(address)) open.Push(other);
        }

        return reached.Count == serving.Count;
    }

    /// <summary>The peers in a configuration's text; a server's route to its own listener is none.</summary>
    public static HashSet<string> RoutesOf(string text)
    {
        const string scheme = "nats-route://";
        var routes = new HashSet<string>();
        for (var at = text.IndexOf(scheme, StringComparison.Ordinal); at >= 0; at = text.IndexOf(scheme, at + 1, StringComparison.Ordinal))
        {
            var end = text.IndexOf('"', at);
            var authority = text[(at + scheme.Length)..end];
            var host = authority[(authority.LastIndexOf('@') + 1)..authority.LastIndexOf(':')];
            if (!host.StartsWith("127.", StringComparison.Ordinal)) routes.Add(host);
        }

        return routes;
    }

    /// <summary>The text without its routes and its authorization: a running server refuses a reload that changes anything of the rest.</summary>
    public static string FixedOf(string text) => Without(Without(text, "  routes: [", "\n  ]\n"), "\nauthorization {", "\n}\n");

    private static string Without(string text, string from, string to)
    {
        var at = text.IndexOf(from, StringComparison.Ordinal);
        return at < 0 ? text : text[..at] + text[(text.IndexOf(to, at, StringComparison.Ordinal) + to.Length)..];
    }
}
