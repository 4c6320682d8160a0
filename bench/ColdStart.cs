using System.Diagnostics;
using System.Net;
using LocalCluster;

namespace Bench;

/// <summary>Milliseconds.</summary>
internal sealed record StartTime(double Median, double Best);

/// <summary>
/// From just before the program is executed to the arrival of its first heartbeat, metadata calls included. The clock stops when the
/// request's head is read; no answer is given, so the program goes no further, and is then ended.
/// </summary>
internal sealed class ColdStart : IDisposable
{
    public const int Runs = 20;
    private const int WarmUps = 2; // files come into the page cache, our own code gets compiled

    /// <summary>20 s: far above any start; a program that does not get there says why on standard error.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>10 s: the usual beat; the second one is never reached.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    private const string Key = "AKIA0000000000BENCH0";
    private const string Secret = "a-secret-that-opens-nothing";

    private readonly Subnet subnet;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("aws-nats-bench-");
    private readonly Responder metadata;
    private readonly Responder plain;
    private readonly Responder secure;
    private readonly string authorityFile;
    private volatile TaskCompletionSource<long> arrival = new();

    public ColdStart(Subnet subnet)
    {
        this.subnet = subnet;
        var address = subnet.Host(1);
        authorityFile = Path.Combine(folder.FullName, "authority.pem");
        metadata = new Responder(new IPEndPoint(address, 0), Metadata);
        plain = new Responder(new IPEndPoint(address, 0), Aws);
        secure = new Responder(new IPEndPoint(address, 0), Aws, Authority.Issue(address, authorityFile));
    }

    public void Dispose()
    {
        metadata.Dispose();
        plain.Dispose();
        secure.Dispose();
        folder.Delete(recursive: true);
    }

    /// <param name="isSecure">TLS to AWS, our authority named in AWS_CA_BUNDLE. The metadata service has none, as in EC2.</param>
    /// <param name="hasRole">Keys from the metadata service, as on an instance; else from the environment.</param>
    /// <returns>Median and best, in milliseconds: on a busy machine the best tells more of the program, the median more of the machine.</returns>
    /// <exception cref="InvalidOperationException">No heartbeat came.</exception>
    public async Task<StartTime> MeasureAsync(Contender contender, bool isSecure, bool hasRole, CancellationToken cancellation)
    {
        var environment = Variables(isSecure ? secure.Address : plain.Address, isSecure, hasRole);
        var times = new List<double>();
        for (var i = 0; i < WarmUps + Runs; i++)
        {
            var time = await OnceAsync(contender, environment, cancellation);
            if (i >= WarmUps) times.Add(time.TotalMilliseconds);
        }
        times.Sort();
        return new StartTime((times[(Runs - 1) / 2] + times[Runs / 2]) / 2, times[0]);
    }

    private async Task<TimeSpan> OnceAsync(Contender contender, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        var own = folder.CreateSubdirectory(Guid.NewGuid().ToString("N"));
        var info = new ProcessStartInfo(contender.File, contender.Arguments(own.FullName, "bench", Beat))
        {
            WorkingDirectory = own.FullName,
            RedirectStandardError = true,
        };
        info.Environment.Clear();
        foreach (var (name, value) in environment) info.Environment[name] = value;
        info.Environment[subnet.Tag.Key] = subnet.Tag.Value;
        arrival = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);

        var start = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(info)!;
        try
        {
            var exit = process.WaitForExitAsync(cancellation);
            await Task.WhenAny(arrival.Task, exit, Task.Delay(Deadline, cancellation));
            cancellation.ThrowIfCancellationRequested();
            if (arrival.Task.IsCompletedSuccessfully) return TimeProvider.System.GetElapsedTime(start, await arrival.Task);
            var how = exit.IsCompleted ? $"ended with exit code {process.ExitCode}" : $"sent no heartbeat within {Deadline.TotalSeconds} s";
            process.Kill();
            throw new InvalidOperationException($"{contender.Name} {how}. It said: {(await process.StandardError.ReadToEndAsync(cancellation)).Trim()}");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            subnet.KillAll(); // a child that was just asked for its version
            own.Delete(recursive: true);
        }
    }

    private Dictionary<string, string> Variables(string aws, bool isSecure, bool hasRole)
    {
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{Servers.NewestFolder}:/usr/bin:/bin",
            ["HOME"] = folder.FullName,
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = metadata.Address,
            ["AWS_ENDPOINT_URL_DYNAMODB"] = aws,
            ["AWS_ENDPOINT_URL_AUTO_SCALING"] = aws,
        };
        if (!hasRole) (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) = (Key, Secret);
        if (isSecure) environment["AWS_CA_BUNDLE"] = authorityFile;
        return environment;
    }

    private string? Aws(Head head)
    {
        if (!head.Target.EndsWith(".UpdateItem", StringComparison.Ordinal) && !head.Target.EndsWith(".PutItem", StringComparison.Ordinal)) return "{}";
        arrival.TrySetResult(head.Timestamp);
        return null;
    }

    private string Metadata(Head head) => head.Path switch
    {
        "/latest/api/token" => "AQAEALEtoken==",
        "/latest/meta-data/instance-id" => "i-0123456789abcdef0",
        "/latest/meta-data/local-ipv4" => subnet.Host(1).ToString(),
        "/latest/meta-data/placement/region" => "eu-west-1",
        "/latest/meta-data/placement/availability-zone" => "eu-west-1a",
        "/latest/meta-data/autoscaling/target-lifecycle-state" => "InService",
        "/latest/meta-data/iam/security-credentials" or "/latest/meta-data/iam/security-credentials/" => "nats",
        "/latest/meta-data/iam/security-credentials/nats" =>
            $$"""
            {"Code":"Success","LastUpdated":"{{Stamp(TimeSpan.Zero)}}","Type":"AWS-HMAC","AccessKeyId":"{{Key}}","SecretAccessKey":"{{Secret}}","Token":"session","Expiration":"{{Stamp(TimeSpan.FromHours(6))}}"}
            """,
        _ => "",
    };

    private static string Stamp(TimeSpan ahead) => (DateTimeOffset.UtcNow + ahead).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
