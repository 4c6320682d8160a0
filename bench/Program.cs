using System.Globalization;
using System.Runtime.InteropServices;
using Bench;
using LocalCluster;

const double BytesPerMegabyte = 1e6; // decimal, as everywhere in the table
TimeSpan shortRun = TimeSpan.FromMinutes(2), longRun = TimeSpan.FromMinutes(10);

string[] parts = ["start", "heartbeats", "quiet"];
var chosen = args.Where(a => parts.Contains(a)).ToList();
if (args.Any(a => a != "--long" && !parts.Contains(a)))
{
    Console.Error.WriteLine("""
        usage: ./build.sh bench [--long] [start] [heartbeats] [quiet]
          --long                    the quiet cluster runs for 10 minutes instead of 2, and its memory is measured at the end
          start, heartbeats, quiet  only these parts of the table
        """);
    return 10;
}
var isLong = args.Contains("--long");
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var report = new Report();
var machine = Machine.Describe();
try
{
    using var subnet = Subnet.Lease();
    await using var dynalite = await Dynalite.StartAsync();
    report.Add(new Measure("binary size, MB", new FileInfo(Contender.Agent.File).Length / BytesPerMegabyte, null, Goals.BinaryMegabytes, 2));
    if (IsChosen("start")) await AddStartsAsync(subnet);
    if (IsChosen("heartbeats")) await AddHeartbeatsAsync(dynalite);
    if (IsChosen("quiet")) await AddQuietAsync(dynalite);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Say("stopped");
    return 130; // 128 and SIGINT's number, as shells have it
}

Console.WriteLine($"{Machine.Ask(Contender.Agent.File, "--version")} on {machine}.");
Console.WriteLine($"nats-server {Servers.Newest}, dynalite 4.0.0; boto3 {Machine.Ask(Contender.Python, "-c", "import boto3, platform; print(boto3.__version__, 'on Python', platform.python_version())")}.");
Console.WriteLine($"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}; 1 MB is a million bytes.\n");
Console.WriteLine(report.Render());
return report.HasFaults ? 1 : 0;

bool IsChosen(string part) => chosen.Count == 0 || chosen.Contains(part);

async Task AddStartsAsync(Subnet subnet)
{
    using var coldStart = new ColdStart(subnet);
    await AddAsync("http, keys in environment", isSecure: false, hasRole: false, Goals.StartMilliseconds);
    await AddAsync("http, keys of the role", isSecure: false, hasRole: true, Goals.StartMilliseconds);
    await AddAsync("TLS, keys of the role", isSecure: true, hasRole: true, Goals.SecureStartMilliseconds);

    async Task AddAsync(string how, bool isSecure, bool hasRole, double goal)
    {
        var ours = await TryAsync($"start, {how}: aws-nats", () => coldStart.MeasureAsync(Contender.Agent, isSecure, hasRole, stop.Token));
        var peer = await TryAsync($"start, {how}: boto3", () => coldStart.MeasureAsync(Contender.Boto3, isSecure, hasRole, stop.Token));
        report.Add(new Measure($"start to first heartbeat, {how}, median of {ColdStart.Runs}, ms", ours?.Median, peer?.Median, goal));
        report.Add(new Measure("  the best of them", ours?.Best, peer?.Best));
    }
}

async Task AddHeartbeatsAsync(Dynalite dynalite)
{
    var ours = await TryAsync($"{Heartbeats.Count} heartbeats: aws-nats", () => Heartbeats.MeasureAsync(Contender.Agent, dynalite, stop.Token));
    var peer = await TryAsync($"{Heartbeats.Count} heartbeats: boto3", () => Heartbeats.MeasureAsync(Contender.Boto3, dynalite, stop.Token));
    report.Add(new Measure($"resident after {Heartbeats.Count} heartbeats, MB", Megabytes(ours?.End.Resident), Megabytes(peer?.End.Resident), Goals.ResidentMegabytes));
    report.Add(new Measure("  of it gained in the second half, MB", Megabytes(ours?.End.Resident - ours?.Half.Resident),
        Megabytes(peer?.End.Resident - peer?.Half.Resident), Goals.GrowthMegabytes));
    report.Add(new Measure("  proportional, MB", Megabytes(ours?.End.Proportional), Megabytes(peer?.End.Proportional)));
    report.Add(new Measure("  threads", ours?.End.Threads, peer?.End.Threads, Decimals: 0));
    report.Add(new Measure("processor time per 1,000 heartbeats, s", ours?.ProcessorPerThousand, peer?.ProcessorPerThousand, Decimals: 2));
}

async Task AddQuietAsync(Dynalite dynalite)
{
    var time = isLong ? longRun : shortRun;
    var both = await Task.WhenAll(QuietAsync(Contender.Agent), QuietAsync(Contender.Boto3));
    var (ours, peer) = (both[0], both[1]);
    report.Add(new Measure("three quiet nodes, writes per minute and node", ours?.Writes, peer?.Writes, Goals.CallsPerMinute));
    report.Add(new Measure("  reads", ours?.Reads, peer?.Reads, Goals.CallsPerMinute));
    report.Add(new Measure("  calls to Auto Scaling", ours?.Others, peer?.Others));
    var after = $"resident after {time.TotalMinutes} min at the usual beat, MB";
    report.Add(new Measure(after, Megabytes(ours?.End.Resident), Megabytes(peer?.End.Resident), Goals.ResidentMegabytes));
    report.Add(new Measure("  proportional, MB", Megabytes(ours?.End.Proportional), Megabytes(peer?.End.Proportional)));
    report.Add(new Measure("  threads", ours?.End.Threads, peer?.End.Threads, Decimals: 0));

    Task<QuietCost?> QuietAsync(Contender contender) => TryAsync($"three quiet nodes, {time.TotalMinutes} min: {contender.Name}", async () =>
    {
        await using var quiet = await QuietCluster.StartAsync(contender, dynalite);
        await quiet.SettleAsync(stop.Token);
        await quiet.PassAsync(time, stop.Token);
        return quiet.Cost();
    });
}

// Says what is being measured and how long it took. A fault of one measurement is reported, and the others go on.
async Task<T?> TryAsync<T>(string what, Func<Task<T>> measure)
{
    var start = TimeProvider.System.GetTimestamp();
    try
    {
        var value = await measure();
        Say($"{what}: {TimeProvider.System.GetElapsedTime(start).TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s");
        return value;
    }
    catch (Exception e) when (e is InvalidOperationException or IOException or TimeoutException)
    {
        Say($"{what}: failed");
        report.Miss($"{what}: {e.Message}");
        return default;
    }
}

double? Megabytes(long? bytes) => bytes / BytesPerMegabyte;

void Say(string text) => Console.Error.WriteLine(text);

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
