using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LocalCluster;

/// <summary>One server's monitoring port. Everything is null (or 0) when it does not answer.</summary>
public sealed class NatsProbe(IPAddress address, int port = NatsProbe.DefaultPort) : IDisposable
{
    public const int DefaultPort = 8222;

    /// <summary>2 s: a server on loopback answers in a millisecond; a stopped one never.</summary>
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>The whole of /varz.</summary>
    public Task<JsonObject?> VarzAsync() => AskAsync("varz");

    /// <summary>The whole of /routez.</summary>
    public Task<JsonObject?> RoutezAsync() => AskAsync("routez");

    public Task<JsonObject?> ConnzAsync() => AskAsync("connz");

    public Task<JsonObject?> JszAsync() => AskAsync("jsz");

    /// <summary>The status of /healthz; null when nothing answers.</summary>
    public async Task<int?> HealthzAsync(string query = "")
    {
        try
        {
            using var answer = await http.GetAsync(Address("healthz" + query));
            return (int)answer.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The distinct peers that routes lead to, by server id: newer servers hold several routes to each.</summary>
    public async Task<IReadOnlySet<string>?> PeersAsync() =>
        (await RoutezAsync())?["routes"] is JsonArray routes ? routes.Select(r => r!["remote_id"]!.GetValue<string>()).ToHashSet() : null;

    /// <summary>The version as the server says it, for example 2.9.10.</summary>
    public async Task<string?> VersionAsync() => (await VarzAsync())?["version"]?.GetValue<string>();

    /// <summary>When it last accepted a configuration, as it prints it.</summary>
    public async Task<string?> ConfigLoadTimeAsync() => (await VarzAsync())?["config_load_time"]?.GetValue<string>();

    /// <summary>Clients connected now.</summary>
    public async Task<int> ClientsAsync() => (await VarzAsync())?["connections"]?.GetValue<int>() ?? 0;

    public void Dispose() => http.Dispose();

    private Uri Address(string path) => new($"http://{new IPEndPoint(address, port)}/{path}");

    private async Task<JsonObject?> AskAsync(string path)
    {
        try
        {
            return JsonNode.Parse(await http.GetStringAsync(Address(path))) as JsonObject;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }
}
