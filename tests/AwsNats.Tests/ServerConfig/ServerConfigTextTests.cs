using System.Text;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using CsCheck;
using Xunit;

namespace AwsNats.Tests.ServerConfig;

public sealed class ServerConfigTextTests
{
    private const string Header =
        """
        # Written by aws-nats, and written anew when the cluster changes: edits here are lost.
        # Settings of your own (JetStream, accounts, TLS, leafnodes, websocket) belong in a file named by `include` in the [server]
        # section of aws-nats.conf. It is read last; a block that stands here and there is taken from there alone.


        """;

    private static readonly ServerConfigModel Full = new(
        new FixedPart("i-0a1b", "nats", "203.0.113.7", "0.0.0.0", 4242, "0.0.0.0", 7244, "127.0.0.1", 8222, ["az:eu-west-1a", "instance:i-0a1b"],
            TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(2500), "own.conf", new(2, 15, 1)),
        new AccessPart("cli", new Secret("p\"$\\ä"), 1.5, "route", new Secret("a b/ä")),
        [new("203.0.113.9", 7244), new("203.0.113.8", 7244), new("2001:db8::1", 7245), new("nats.example", 7244)]);

    [Fact]
    public void A_full_model_for_a_new_server_is_written_as_agreed() => Assert.Equal(
        Header + """
        server_name: "i-0a1b"
        listen: "0.0.0.0:4242"
        http: "127.0.0.1:8222"
        server_tags: ["az:eu-west-1a", "instance:i-0a1b"]
        lame_duck_duration: "30s"
        lame_duck_grace_period: "2500ms"

        authorization {
          users: [
            {
              user: "cli"
              password: "p\x22$\x5c\xc3\xa4"
            }
          ]
          timeout: 1.5
        }

        cluster {
          name: "nats"
          listen: "0.0.0.0:7244"
          advertise: "203.0.113.7:7244"
          authorization {
            user: "route"
            password: "a b/\xc3\xa4"
          }
          routes: [
            "nats-route://route:a%20b%2F%C3%A4@[2001:db8::1]:7245"
            "nats-route://route:a%20b%2F%C3%A4@203.0.113.8:7244"
            "nats-route://route:a%20b%2F%C3%A4@203.0.113.9:7244"
            "nats-route://route:a%20b%2F%C3%A4@nats.example:7244"
          ]
        }

        include "own.conf"

        """, ServerConfigText.Render(Full));

    [Fact]
    public void A_gnatsd_of_line_1_gets_the_plain_minimum() => Assert.Equal(
        Header + """
        listen: "0.0.0.0:4242"
        http: "127.0.0.1:8222"

        cluster {
          listen: "0.0.0.0:7244"
          advertise: "203.0.113.7:7244"
        }

        """,
        ServerConfigText.Render(Full.WithVersion("1.3.0").WithRoutes() with { Access = Models.OpenAccess } is var model
            ? model with { Fixed = model.Fixed with { Include = null } } : model));

    [Theory]
    [InlineData("1.4.1", "lame_duck_duration")]
    [InlineData("2.1.2", "lame_duck_duration,server_name")]
    [InlineData("2.1.9", "lame_duck_duration,server_name")]
    [InlineData("2.2.0", "lame_duck_duration,lame_duck_grace_period,name,server_name,server_tags")]
    [InlineData("0.0.0", "lame_duck_duration,lame_duck_grace_period,name,server_name,server_tags")]
    public void Each_version_gets_only_the_settings_that_it_knows(string version, string settings)
    {
        var text = ServerConfigText.Render(Full.WithVersion(version));
        string[] all = ["lame_duck_duration", "lame_duck_grace_period", "name", "server_name", "server_tags"];
        Assert.Equal(settings, string.Join(',', all.Where(key => text.Split('\n').Any(line => line.Trim().StartsWith($"{key}:", StringComparison.Ordinal)))));
    }

    [Fact]
    public void An_unknown_version_gets_what_the_oldest_tested_line_gets() =>
        Assert.Equal(ServerConfigText.Render(Full.WithVersion("2.9.0")), ServerConfigText.Render(Full.WithVersion("0.0.0")));

    [Fact]
    public void The_same_roster_in_another_order_gives_the_same_bytes() =>
        Gen.Shuffle(Full.Routes.ToArray()).Sample(peers =>
            ServerConfigText.Render(Full.WithRoutes(peers)) == ServerConfigText.Render(Full));

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1")]
    [InlineData("2001:db8::1", "2001:0DB8:0:0::1")]
    [InlineData("Node.example", "node.EXAMPLE.")]
    public void Our_own_address_is_never_a_route_however_it_is_spelled(string own, string spelled)
    {
        var text = ServerConfigText.Render(Full.WithAddress(own).WithRoutes(new(spelled, 7244), new(spelled, 7999), new("10.0.0.2", 7244)));
        Assert.Equal(["    \"nats-route://route:a%20b%2F%C3%A4@10.0.0.2:7244\""], text.Split('\n').Where(line => line.Contains("nats-route:")));
    }

    [Fact]
    public void Two_spellings_of_one_peer_are_one_route()
    {
        var text = ServerConfigText.Render(Full.WithRoutes(new("2001:db8::2", 7244), new("2001:DB8:0::2", 7244)));
        Assert.Equal(1, text.Split('\n').Count(line => line.Contains("nats-route:")));
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1:7244")]
    [InlineData("::", "[::1]:7244")]
    [InlineData("10.0.0.1", "10.0.0.1:7244")]
    public void Without_peers_the_one_route_leads_to_our_own_listener(string bound, string route)
    {
        var alone = Full.WithRoutes() with { Access = Models.OpenAccess };
        var text = ServerConfigText.Render(alone with { Fixed = alone.Fixed with { ClusterHost = bound } });
        Assert.Contains($"routes: [\n    \"nats-route://{route}\"\n  ]", text);
    }

    [Fact]
    public void Ipv6_addresses_stand_in_brackets_everywhere()
    {
        var text = ServerConfigText.Render(Full with
        {
            Fixed = Full.Fixed with { Address = "2001:db8::9", ClientHost = "::", ClusterHost = "::", MonitorHost = "::1" },
        });
        Assert.Contains("listen: \"[::]:4242\"", text);
        Assert.Contains("http: \"[::1]:8222\"", text);
        Assert.Contains("listen: \"[::]:7244\"", text);
        Assert.Contains("advertise: \"[2001:db8::9]:7244\"", text);
    }

    [Theory]
    [InlineData(2, "timeout: 2\n")]
    [InlineData(0.001, "timeout: 0.001\n")]
    [InlineData(100000000, "timeout: 100000000\n")]
    public void The_timeout_is_a_plain_number(double seconds, string line) =>
        Assert.Contains(line, ServerConfigText.Render(Full with { Access = Full.Access with { Timeout = seconds } }));

    [Theory]
    [InlineData("own.conf", "include \"own.conf\"")]
    [InlineData("it's.conf", "include \"it's.conf\"")]
    [InlineData("a\"b.conf", "include 'a\"b.conf'")]
    [InlineData("/etc/own.conf", "../etc/own.conf\"")]
    public void An_include_is_quoted_and_an_absolute_one_climbs_to_the_root(string path, string end) =>
        Assert.EndsWith(end, IncludeStatement.Of(path));

    [Theory]
    [InlineData("a\"b'c")]
    [InlineData("a\0b")]
    public void A_path_that_no_include_can_express_is_told_beforehand(string path)
    {
        Assert.NotNull(IncludeStatement.Fault(path));
        Assert.Throws<ArgumentException>(() => IncludeStatement.Of(path));
    }

    [Fact]
    public void A_quoted_string_is_printable_ascii_on_one_line_and_reads_back_as_its_utf8() => Models.AnyText.Sample(value =>
    {
        var quoted = new StringBuilder().AppendQuoted(value).ToString();
        return quoted.All(c => c is >= ' ' and <= '~') && Encoding.UTF8.GetString(Unquote(quoted)) == value;
    });

    [Fact]
    public void A_secret_stands_nowhere_but_in_its_own_places()
    {
        var text = ServerConfigText.Render(Full with { Access = new("u", new("Zq1Zq"), null, "r", new("Yk2Yk")) });
        Assert.Equal(1, text.Split("Zq1Zq").Length - 1);
        Assert.Equal(1 + Full.Routes.Count, text.Split("Yk2Yk").Length - 1);
    }

    /// <summary>The server's lexer in short: inside double quotes only \xHH is used by us.</summary>
    private static byte[] Unquote(string quoted)
    {
        var bytes = new List<byte>();
        for (var i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] == '"') throw new FormatException("The string ends too early.");
            if (quoted[i] != '\\') bytes.Add((byte)quoted[i]);
            else
            {
                bytes.Add(Convert.ToByte(quoted.Substring(i + 2, 2), 16));
                i += 3;
            }
        }

        return [.. bytes];
    }
}
