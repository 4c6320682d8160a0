using System.Globalization;
using System.Net;
using System.Text;
using LocalCluster;

namespace AwsNats.EndToEnd.Faults;

/// <summary>
/// Plays the old Python script on one address: a real server with the script's configuration (no cluster name, nothing advertised), its row
/// put whole at every beat, every other row read by `ip` and `time`. A row without a time ended the script; here it is remembered.
/// </summary>
internal sealed class OldScript : IAsyncDisposable
{
    /// <summary>A tenth of the script's own, as the agents' is in these tests.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ServersTimeout = TimeSpan.FromSeconds(6);

    private readonly Cluster cluster;
    private readonly string folder;
    private readonly ChildProcess server;
    private readonly CancellationTokenSource ending = new();
    private readonly List<string> bad = [];
    private readonly Task beating;
    private string config = "";

    private OldScript(Cluster cluster, IPAddress address)
    {
        this.cluster = cluster;
        Address = address;
        Probe = new NatsProbe(address);
        folder = Path.Combine(cluster.Folder, "old-script");
        Directory.CreateDirectory(folder);
        Configure([]);
        server = ChildProcess.Start(Path.Combine(Repository.ServerFolder(cluster.Options.ServerLine), "nats-server"), ["-c", ConfigPath],
            new Dictionary<string, string>(), cluster.Subnet, folder, Path.Combine(folder, "server"));
        beating = BeatAsync();
    }

    public IPAddress Address { get; }

    public string Ip => Address.ToString();

    public Uri ClientUrl => new($"nats://{Address}:4242");

    public NatsProbe Probe { get; }

    /// <summary>Rows that would have ended the script.</summary>
    public IReadOnlyList<string> Bad
    {
        get
        {
            lock (bad) return [.. bad];
        }
    }

    /// <summary>The other addresses that it took for living servers at its last beat.</summary>
    public IReadOnlyList<string> Sees { get; private set; } = [];

    private string ConfigPath => Path.Combine(folder, "gnatsd.conf");

    public static async Task<OldScript> StartAsync(Cluster cluster, IPAddress address)
    {
        var script = new OldScript(cluster, address);
        await cluster.WaitForAsync(async () => await script.Probe.VarzAsync() is not null, TimeSpan.FromSeconds(20), "the old script's server answers");
        return script;
    }

    /// <summary>Script and server end without a word; the row stays.</summary>
    public async Task VanishAsync()
    {
        await ending.CancelAsync();
        await beating;
        server.Signal(Posix.Kill);
        await server.WaitForExitAsync(TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await beating;
        await server.DisposeAsync();
        Probe.Dispose();
        ending.Dispose();
    }

    private async Task BeatAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            await cluster.Table.PutAsync(Ip, now);
            Sees = [.. (await ReadAsync()).Where(row => row.Ip != Ip && now - row.Time <= ServersTimeout.TotalSeconds).Select(row => row.Ip)];
            if (Configure(Sees)) server.Signal(Posix.Hangup);
            await Task.Delay(Beat, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<List<(string Ip, long Time)>> ReadAsync()
    {
        var rows = new List<(string, long)>();
        foreach (var row in await cluster.Table.ScanAsync())
        {
            if (row["time"]?["N"]?.GetValue<string>() is { } number && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var time))
                rows.Add((TestTable.Text(row, "ip")!, time));
            else lock (bad) bad.Add(row.ToJsonString());
        }
        return rows;
    }

    /// <returns>Whether there is anything new.</returns>
    private bool Configure(IReadOnlyList<string> peers)
    {
        var text = new StringBuilder($$"""
            listen: "{{Address}}:4242"
            http: "{{Address}}:8222"
            authorization { user: "{{cluster.Options.User}}", password: "{{cluster.Options.Password}}", timeout: 1 }
            cluster {
              listen: "{{Address}}:7244"
              routes: [

            """);
        foreach (var peer in peers.Order(StringComparer.Ordinal)) text.Append($"    nats-route://{peer}:7244\n");
        text.Append("  ]\n}\n");
        if (text.ToString() == config) return false;
        config = text.ToString();
        File.WriteAllText(ConfigPath, config);
        return true;
    }
}
