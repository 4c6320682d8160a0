using System.Net;

namespace LocalCluster;

/// <summary>A DynamoDB implementation (npm's dynalite) as a process of its own, in memory; many clusters may share one.</summary>
public sealed class Dynalite : IAsyncDisposable
{
    private const int Port = 8000; // on an address of our own: DynamoDB local's usual one

    /// <summary>30 s: node starts in half a second, except on a machine that is busy with everything else.</summary>
    private static readonly TimeSpan StartBudget = TimeSpan.FromSeconds(30);

    private readonly Subnet subnet;
    private readonly ChildProcess process;

    private Dynalite(Subnet subnet, ChildProcess process)
    {
        this.subnet = subnet;
        this.process = process;
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address };
    }

    public Uri Address => new($"http://{subnet.Host(1)}:{Port}/");

    public int Pid => process.Pid;

    internal HttpClient Http { get; }

    public static async Task<Dynalite> StartAsync()
    {
        var script = Repository.DynaliteScript;
        var subnet = Subnet.Lease();
        var folder = Directory.CreateTempSubdirectory("aws-nats-dynalite-").FullName;
        subnet.Own(folder);
        string[] arguments = [script, "--port", $"{Port}", "--host", $"{subnet.Host(1)}",
            "--createTableMs", "0", "--deleteTableMs", "0", "--updateTableMs", "0"];
        var environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin", ["HOME"] = folder };
        var dynalite = new Dynalite(subnet, ChildProcess.Start("node", arguments, environment, subnet, folder, Path.Combine(folder, "dynalite")));
        try
        {
            await Wait.UntilAsync(dynalite.AnswersAsync, StartBudget, () => dynalite.process.ErrorText);
        }
        catch
        {
            await dynalite.DisposeAsync();
            throw;
        }
        return dynalite;
    }

    /// <summary>Makes a table with the string hash key `ip`.</summary>
    public async Task<TestTable> CreateTableAsync(string name)
    {
        var table = new TestTable(this, name);
        await table.CreateAsync();
        return table;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await process.DisposeAsync();
        subnet.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        if (process.HasExited) throw new InvalidOperationException($"dynalite ended with {process.ExitCode}: {process.ErrorText}");
        try
        {
            using var answer = await Http.GetAsync(new Uri("", UriKind.Relative));
            return answer.StatusCode != HttpStatusCode.InternalServerError;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
