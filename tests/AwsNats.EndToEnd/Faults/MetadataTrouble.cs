using System.Net;
using AwsNats.EndToEnd.Clouds;
using LocalCloud;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>The instance metadata service in all its moods.</summary>
public sealed class MetadataTrouble(DynaliteFixture dynalite)
{
    private const int NoIdentity = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Keys_that_end_and_a_token_that_is_refused_are_fetched_again()
    {
        await using var cluster = await CreateAsync();
        var node = cluster.Nodes[0];
        node.StartAgent();
        await cluster.WaitForMeshAsync(1, Patience);
        var metadata = node.Instance.Metadata;
        metadata.ForgetCalls();

        metadata.ExpireTokens();
        node.Instance.RotateRoleKey(revokeOld: true);
        var took = await NextBeatAsync(cluster, node);
        TestContext.Current.SendDiagnosticMessage($"a heartbeat with new keys after {took.TotalSeconds:0.0} s");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains(metadata.Calls, c => c.Status == 401);
        Assert.Equal(1, metadata.CountCalls("api/token"));
    }

    [Fact]
    public async Task Twenty_seconds_of_500_at_boot_are_waited_out()
    {
        await using var cluster = await CreateAsync();
        var node = cluster.Nodes[0];
        node.Instance.Metadata.Fault = Fault.ServerError(503);
        node.StartAgent();
        await Task.Delay(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.False(node.Agent!.HasExited);
        Assert.InRange(node.Instance.Metadata.Calls.Count, 3, 12); // growing pauses up to 5 s, a token asked for each time
        node.Instance.Metadata.Fault = Fault.None;
        var took = await cluster.WaitForMeshAsync(1, Patience);
        TestContext.Current.SendDiagnosticMessage($"working {took.TotalSeconds:0.0} s after the last 503");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains("answered 503", LogLines.Of(node, "identity_failing")[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slow_service_only_takes_longer()
    {
        await using var cluster = await CreateAsync();
        cluster.Nodes[0].Instance.Metadata.Fault = Fault.Slow(TimeSpan.FromSeconds(1));
        cluster.StartAll();
        var took = await cluster.WaitForMeshAsync(1, Patience);
        TestContext.Current.SendDiagnosticMessage($"working after {took.TotalSeconds:0.0} s");
        Assert.Equal(0, LogLines.Count(cluster.Nodes[0], "identity_failing"));
    }

    [Theory]
    [InlineData(FaultKind.Hang, "HttpPutResponseHopLimit")]
    [InlineData(FaultKind.Refuse, "this must run on an EC2 instance with HttpEndpoint enabled")]
    [InlineData(FaultKind.Denied, "it is disabled for this instance")]
    [InlineData(FaultKind.Garbage, "it is not an instance metadata service of version 2")]
    [InlineData(FaultKind.ServerError, "the service is in trouble")]
    public async Task Without_an_identity_the_agent_ends_with_15_and_says_what_to_look_at(FaultKind kind, string words)
    {
        await using var cluster = await CreateAsync((_, settings) => settings["general", "start-timeout"] = "10");
        cluster.Nodes[0].Instance.Metadata.Fault = new Fault(kind);
        await EndsWith15Async(cluster.Nodes[0], words);
        Assert.Empty(await cluster.Table.ScanAsync());
    }

    [Fact]
    public async Task Auto_takes_the_public_address()
    {
        await using var cluster = await CreateAsync(ListenOnPublic("auto"));
        var node = cluster.Nodes[0];
        node.Instance.PublicIpv4 = PublicOf(cluster).ToString();
        node.StartAgent();
        await cluster.WaitForStatusAsync(PublicOf(cluster).ToString(), "working", Patience);
        Assert.Null(await cluster.Table.GetAsync(node.Ip));
        Assert.Contains($"advertise: \"{PublicOf(cluster)}:7244\"", node.ServerConfigText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Auto_falls_back_to_the_local_address()
    {
        await using var cluster = await CreateAsync((_, settings) => settings["general", "address"] = "auto");
        cluster.StartAll();
        await cluster.WaitForStatusAsync(cluster.Nodes[0].Ip, "working", Patience);
        Assert.Contains(cluster.Nodes[0].Instance.Metadata.Calls, c => c is { Operation: "meta-data/public-ipv4", Status: 404 });
        Assert.Equal(0, LogLines.Count(cluster.Nodes[0], "identity_failing"));
    }

    [Fact]
    public async Task Public_without_a_public_address_ends_with_15()
    {
        await using var cluster = await CreateAsync((_, settings) =>
        {
            settings["general", "address"] = "public";
            settings["general", "start-timeout"] = "10";
        });
        await EndsWith15Async(cluster.Nodes[0], "this instance has no public IPv4 address, but the settings say address = public");
    }

    [Fact]
    public async Task The_service_may_be_at_an_IPv6_address()
    {
        await using var cluster = await CreateAsync();
        var node = cluster.Nodes[0];
        var twin = cluster.Cloud.AddInstance(new InstanceOptions("i-0000000000000006e", "eu-west-1b", node.Ip) { MetadataListen = new IPEndPoint(IPAddress.IPv6Loopback, 0) });
        node.Environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = twin.Endpoint.ToString();
        Assert.Contains("[::1]", twin.Endpoint.ToString(), StringComparison.Ordinal);
        node.StartAgent();
        await cluster.WaitForStatusAsync(node.Ip, "working", Patience);
        Assert.Equal(twin.InstanceId, TestTable.Text(await cluster.Table.GetAsync(node.Ip), "instance_id"));
    }

    private static async Task EndsWith15Async(Node node, string words)
    {
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(NoIdentity, await node.StartAgent().WaitForExitAsync(Patience));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(13));
        Assert.Contains(words, Assert.Single(LogLines.Of(node, "no_identity")), StringComparison.Ordinal);
        Assert.Empty(node.ServerPids);
    }

    private static async Task<TimeSpan> NextBeatAsync(Cluster cluster, Node node)
    {
        var before = TestTable.Text(await cluster.Table.GetAsync(node.Ip), "time");
        return await cluster.WaitForAsync(async () => TestTable.Text(await cluster.Table.GetAsync(node.Ip), "time") != before, Patience, "the next heartbeat");
    }

    /// <summary>Another loopback address in the role of the public one.</summary>
    private static IPAddress PublicOf(Cluster cluster) => cluster.Subnet.Host(200); // 200: no node's

    private static Action<Node, AgentSettingsFile> ListenOnPublic(string address) => (node, settings) =>
    {
        var bytes = node.Address.GetAddressBytes();
        bytes[3] = 200;
        settings["general", "address"] = address;
        settings["server", "cluster-host"] = new IPAddress(bytes).ToString();
    };

    private Task<Cluster> CreateAsync(Action<Node, AgentSettingsFile>? settings = null) =>
        Cluster.CreateAsync(new ClusterOptions { Nodes = 1, Dynalite = dynalite.Dynalite, Settings = settings });
}
