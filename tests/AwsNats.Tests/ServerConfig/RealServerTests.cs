using AwsNats.ServerConfig;
using CsCheck;
using Xunit;
using static AwsNats.Tests.ServerConfig.NatsServerProcess;

namespace AwsNats.Tests.ServerConfig;

/// <summary>The text against the oldest and the newest server line.</summary>
public sealed class RealServerTests : IDisposable
{
    // "open "sesame" $ä" at cost 4, the lowest: it is to be tested, not to be safe.
    private const string HashedPassword = "open \"sesame\" $ä";
    private const int Cases = 100; // a reload takes some 10 ms
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;
    private readonly TemporaryDirectory directory = new();

    public static TheoryData<string> Lines => ["2.9", "2.15"];

    public void Dispose() => directory.Dispose();

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Any_user_and_password_open_the_server_and_no_other(string line)
    {
        var address = FreeAddress(4242, 7244, 8222);
        var path = directory.File("nats.conf");
        var model = Models.Node(address, "a");
        Write(path, model.WithUser("first", "first"));
        using var server = Start(line, path);
        await AnswersAsync(address, "first", "first");

        await Check.SampleAsync(Gen.Select(Models.AnyText, Models.AnyPassword), async (user, password) =>
        {
            Write(path, model.WithUser(user, password));
            await server.ReloadAsync(Cancellation);
            await AnswersAsync(address, user, password);
            Assert.Equal("-ERR 'Authorization Violation'", await NatsConnection.AskAsync(address, user, password + "x", Cancellation));
            Assert.Equal("-ERR 'Authorization Violation'", await NatsConnection.AskAsync(address, user + "x", password, Cancellation));
        }, iter: Cases, threads: 1);
        Assert.True(server.IsRunning);
    }

    [Theory]
    [InlineData("2.9", "$2a$04$abcdefghijklmnopqrstuuINrJWa4cI98xq2u3UCZvJiBec31k3MW")]
    [InlineData("2.15", "$2a$04$abcdefghijklmnopqrstuuINrJWa4cI98xq2u3UCZvJiBec31k3MW")]
    [InlineData("2.15", "$2b$04$abcdefghijklmnopqrstuuINrJWa4cI98xq2u3UCZvJiBec31k3MW")]
    public async Task A_bcrypt_hash_is_opened_by_its_plain_password_and_not_by_itself(string line, string hash)
    {
        var address = FreeAddress(4242, 7244, 8222);
        var path = directory.File("nats.conf");
        Write(path, Models.Node(address, "a").WithUser("u", hash));
        using var server = Start(line, path);
        await AnswersAsync(address, "u", HashedPassword);
        Assert.StartsWith("-ERR", await NatsConnection.AskAsync(address, "u", hash, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_user_with_an_empty_password_still_keeps_others_out(string line)
    {
        var address = FreeAddress(4242, 7244, 8222);
        var path = directory.File("nats.conf");
        Write(path, Models.Node(address, "a").WithUser("u", ""));
        using var server = Start(line, path);
        await AnswersAsync(address, "u", "");
        Assert.StartsWith("-ERR", await NatsConnection.AskAsync(address, "u", "x", Cancellation));
        Assert.StartsWith("-ERR", await NatsConnection.AskAsync(address, null, null, Cancellation));
    }

    public static TheoryData<string, string, string> RouteCredentials
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var line in (string[])["2.9", "2.15"])
            {
                data.Add(line, "r", "p@ss:w/o?r#d&=+;,%41%zz");
                data.Add(line, "u:s@r /ä", " leading, trailing and \"quoted\" $HOME ${x} \\x41 \\ ");
                data.Add(line, "123", "1e5");
                data.Add(line, "😀中", "\t\r\n\u007f\u0085\u2028 😀\U0010FFFF[::1]{}()'`|^<>");
                data.Add(line, "r", "");
                data.Add(line, "$2a$", "$2a$ no hash");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(RouteCredentials))]
    public async Task Two_servers_with_the_same_route_credentials_form_a_cluster_and_one_with_others_stays_out(string line, string user, string password)
    {
        var (a, b) = (FreeAddress(4242, 7244, 8222), FreeAddress(4242, 7244, 8222));
        var (pathA, pathB) = (directory.File("a.conf"), directory.File("b.conf"));
        Write(pathA, Models.Node(a, "a", b).WithRouteUser(user, password));
        Write(pathB, Models.Node(b, "b", a).WithRouteUser(user, password));
        using var serverA = Start(line, pathA);
        using (Start(line, pathB))
        {
            Assert.True(await EventuallyAsync(async () => await RoutesAsync(a, Cancellation) > 0 && await RoutesAsync(b, Cancellation) > 0, Cancellation), serverA.Log);
        }

        Write(pathB, Models.Node(b, "b", a).WithRouteUser(user, password + "x"));
        var before = serverA.Log.Length;
        using var stranger = Start(line, pathB);
        Assert.True(await EventuallyAsync(
            () => Task.FromResult(serverA.Log[before..].Contains("Authorization", StringComparison.OrdinalIgnoreCase)), Cancellation), serverA.Log);
        // A try that is not refused yet is listed for an instant; one that had joined would be listed at every look.
        Assert.True(await EventuallyAsync(async () => await RoutesAsync(a, Cancellation) == 0, Cancellation), serverA.Log);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Routes_come_and_go_by_reload_while_process_and_clients_stay(string line)
    {
        var (a, b) = (FreeAddress(4242, 7244, 8222), FreeAddress(4242, 7244, 8222));
        var (pathA, pathB) = (directory.File("a.conf"), directory.File("b.conf"));
        Write(pathA, Models.Node(a, "a"));
        Write(pathB, Models.Node(b, "b"));
        using var serverA = Start(line, pathA);
        using var serverB = Start(line, pathB);
        await AnswersAsync(a, null, null);
        await AnswersAsync(b, null, null);
        using var client = (await NatsConnection.OpenAsync(a, null, null, Cancellation)).Connection;
        Assert.Equal(0, await RoutesAsync(a, Cancellation));

        Write(pathA, Models.Node(a, "a", b));
        await serverA.ReloadAsync(Cancellation);
        Assert.True(await EventuallyAsync(async () => await RoutesAsync(a, Cancellation) > 0, Cancellation), serverA.Log);

        // A pool of routes is dialled one by one: one that is still being opened when the route is dropped would be forgotten, and stay.
        Assert.True(await EventuallyAsync(async () => await IsSettledAsync(a), Cancellation), serverA.Log);
        Write(pathA, Models.Node(a, "a"));
        await serverA.ReloadAsync(Cancellation);
        Assert.True(await EventuallyAsync(async () => await RoutesAsync(a, Cancellation) == 0, Cancellation), serverA.Log);

        Assert.Equal("PONG", await client.PingAsync(Cancellation));
        Assert.True(serverA.IsRunning);
        Assert.Contains($"[{serverA.Pid}]", serverA.Log);
    }

    /// <summary>The number of routes has not changed for half a second.</summary>
    private static async Task<bool> IsSettledAsync(string address)
    {
        var before = await RoutesAsync(address, Cancellation);
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Cancellation);
        return before == await RoutesAsync(address, Cancellation);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_first_node_with_jetstream_starts_alone_and_forms_with_the_second(string line)
    {
        var (a, b) = (FreeAddress(4242, 7244, 8222), FreeAddress(4242, 7244, 8222));
        var (pathA, pathB) = (directory.File("a.conf"), directory.File("b.conf"));
        foreach (var name in (string[])["a", "b"])
            File.WriteAllText(directory.File($"{name}-js.conf"), $"jetstream {{ store_dir: \"{directory.File(name)}\" }}\n");
        Write(pathA, Models.Node(a, "a").WithRouteUser("r", "p:@ä").WithInclude(directory.File("a-js.conf")));
        using var serverA = Start(line, pathA);
        Assert.True(await EventuallyAsync(async () =>
            await MonitorAsync(a, "/healthz?js-enabled-only=true", Cancellation) is { } body && body.Contains("\"ok\""), Cancellation), serverA.Log);
        Assert.DoesNotContain("\"ok\"", await MonitorAsync(a, "/healthz", Cancellation));

        Write(pathB, Models.Node(b, "b", a).WithRouteUser("r", "p:@ä").WithInclude(directory.File("b-js.conf")));
        using var serverB = Start(line, pathB);
        Write(pathA, Models.Node(a, "a", b).WithRouteUser("r", "p:@ä").WithInclude(directory.File("a-js.conf")));
        await serverA.ReloadAsync(Cancellation);
        foreach (var node in (string[])[a, b])
            Assert.True(await EventuallyAsync(async () => await MonitorAsync(node, "/healthz", Cancellation) is { } body && body.Contains("\"ok\""), Cancellation), serverA.Log);
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Everything_that_can_be_set_passes_the_servers_own_test(string line)
    {
        File.WriteAllText(directory.File("it's own.conf"), "max_payload: 1MB\n");
        foreach (var include in (string[])["it's own.conf", directory.File("it's own.conf")])
        {
            var model = Models.Node("2001:db8::1", "i-\"1\"", "10.0.0.2", "nats.example", "2001:db8::2").WithInclude(include)
                .WithUser("u", "p").WithRouteUser("r", "p");
            Write(directory.File("nats.conf"), model with { Access = model.Access with { Timeout = 1.5 } });
            Assert.Null(await TestAsync(line, directory.File("nats.conf"), Cancellation));
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task A_timeout_without_a_user_passes_the_servers_own_test(string line)
    {
        var model = Models.Node("10.0.0.1", "a");
        Write(directory.File("nats.conf"), model with { Access = model.Access with { Timeout = 2 } });
        Assert.Null(await TestAsync(line, directory.File("nats.conf"), Cancellation));
    }

    private static void Write(string path, ServerConfigModel model) => File.WriteAllText(path, ServerConfigText.Render(model));

    private static async Task AnswersAsync(string address, string? user, string? password)
    {
        string? answer = null;
        await EventuallyAsync(async () => (answer = await NatsConnection.AskAsync(address, user, password, Cancellation)) == "PONG", Cancellation);
        Assert.Equal("PONG", answer);
    }
}
