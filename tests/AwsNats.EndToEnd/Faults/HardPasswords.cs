using AwsNats.EndToEnd.Clouds;
using LocalCluster;
using NATS.Client.Core;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>Users and passwords that are hard for the settings file, for the server's configuration and for route URLs, to their very end.</summary>
public sealed class HardPasswords(DynaliteFixture dynalite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Characters that stand in no log by chance.</summary>
    private const int Telling = 6;

    private static readonly (string User, string Password)[] InTheFile =
    [
        ("nats", "; #1 = 100% \"quoted\" 'and' \\back\\slash\\"),
        ("$HOME", "${USER} $2 $x {a: b} [c] (d"),
        ("0123", "12345e10"),
        ("true", "-1"),
        ("1k", "0x1F"),
        ("[user]", "nats_user = x"),
        ("Jürgen Größe", "пароль 密码 \U0001F511"),
        ("user@host:1", "a/b?c#d%20%e"),
        ("\"", "\""),
        ("include", "include /etc/passwd"),
        ("'", "';--"),
    ];

    public static TheoryData<string> Lines => ["2.9", "2.15"];

    /// <summary>A node for each: they are one cluster all the same.</summary>
    [Theory, MemberData(nameof(Lines))]
    public async Task Each_opens_the_server_and_nothing_near_it_does(string line)
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions
        {
            Nodes = InTheFile.Length,
            Dynalite = dynalite.Dynalite,
            ServerLine = line,
            Settings = (node, settings) => (settings["user", "nats_user"], settings["user", "nats_pass"]) = InTheFile[node.Number - 1],
        });
        cluster.StartAll();
        await cluster.WaitForMeshAsync(InTheFile.Length, TimeSpan.FromSeconds(60));
        foreach (var (node, (user, password)) in cluster.Nodes.Zip(InTheFile))
        {
            Assert.True(await OpensAsync(node, user, password), $"user {user} password {password}");
            Assert.False(await OpensAsync(node, user, password + " "), $"user {user} password {password} and a blank");
            Assert.False(await OpensAsync(node, user, password[..^1]), $"user {user} password {password} cut short");
            Assert.False(await OpensAsync(node, user + "x", password), $"another user than {user}, password {password}");
            if (password.Length >= Telling) Assert.DoesNotContain(password, string.Join('\n', LogLines.All(node)), StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Lines))]
    public async Task A_bcrypt_hash_asks_for_the_password_behind_it(string line)
    {
        const string Hash = "$2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy"; // of "open sesame", at the least cost
        await using var cluster = await AloneAsync(line, (_, settings) => settings["user", "nats_pass"] = Hash);
        Assert.True(await OpensAsync(cluster.Nodes[0], "nats", "open sesame"));
        Assert.False(await OpensAsync(cluster.Nodes[0], "nats", Hash));
    }

    [Fact]
    public async Task A_file_gives_all_of_its_text_newlines_included()
    {
        const string Password = "first line\nsecond \"line\"\r\n\tthird\u0001";
        await using var cluster = await AloneAsync("2.9", (node, settings) =>
        {
            var path = Path.Combine(node.Folder, "password");
            File.WriteAllText(path, Password + "\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            settings["user", "nats_pass"] = $"file:{path}";
        });
        Assert.True(await OpensAsync(cluster.Nodes[0], "nats", Password));
        Assert.False(await OpensAsync(cluster.Nodes[0], "nats", "first line"));
    }

    [Fact]
    public async Task A_variable_gives_its_text_blanks_included()
    {
        const string Password = " leading and trailing blanks ";
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions
        {
            Nodes = 1,
            Dynalite = dynalite.Dynalite,
            Environment = new Dictionary<string, string> { ["NATS_SECRET"] = Password },
            Settings = (_, settings) => settings["user", "nats_pass"] = "env:NATS_SECRET",
        });
        cluster.StartAll();
        await cluster.WaitForMeshAsync(1, Patience);
        Assert.True(await OpensAsync(cluster.Nodes[0], "nats", Password));
        Assert.False(await OpensAsync(cluster.Nodes[0], "nats", Password.Trim()));
    }

    [Theory]
    [InlineData("2.9", "route user", "a b/c?d#e%f@g:h\"i\\j$k{l}[m]")]
    [InlineData("2.15", "route user", "a b/c?d#e%f@g:h\"i\\j$k{l}[m]")]
    [InlineData("2.9", "Größe:@/", "密码 \U0001F511 + & = ; ,")]
    [InlineData("2.15", "Größe:@/", "密码 \U0001F511 + & = ; ,")]
    [InlineData("2.15", "0", "1e5")]
    public async Task Servers_with_the_same_route_password_mesh_and_one_with_another_stays_out(string line, string user, string password)
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions
        {
            Nodes = 4,
            Dynalite = dynalite.Dynalite,
            ServerLine = line,
            Settings = (node, settings) =>
            {
                settings["cluster", "user"] = user;
                settings["cluster", "password"] = node.Number == 4 ? password + "x" : password;
            },
        });
        cluster.StartAll();
        await cluster.WaitForAsync(async () => await PeersAsync(cluster) is [2, 2, 2, 0], Patience, "three mesh, the fourth stays out");
        await using (var traffic = await Traffic.StartAsync(cluster, cluster.Nodes[0], cluster.Nodes[2]))
        {
            await Wait.UntilAsync(() => traffic.Published > 10, Patience);
            await traffic.StopAsync();
            Assert.Equal(0, traffic.Lost);
        }
        // A connection that the fourth has just opened, and that is not refused yet, is listed for an instant.
        await cluster.WaitForAsync(async () => await PeersAsync(cluster) is [2, 2, 2, 0], Patience, "the fourth is still out");
        if (password.Length >= Telling) Assert.All(cluster.Nodes, n => Assert.DoesNotContain(password, string.Join('\n', LogLines.All(n)), StringComparison.Ordinal));
    }

    private async Task<Cluster> AloneAsync(string line, Action<Node, AgentSettingsFile> settings)
    {
        var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 1, Dynalite = dynalite.Dynalite, ServerLine = line, Settings = settings });
        cluster.StartAll();
        await cluster.WaitForMeshAsync(1, Patience);
        return cluster;
    }

    private static async Task<List<int>> PeersAsync(Cluster cluster)
    {
        var peers = new List<int>();
        foreach (var node in cluster.Nodes) peers.Add((await node.Probe.PeersAsync())?.Count ?? -1);
        return peers;
    }

    private static async Task<bool> OpensAsync(Node node, string user, string password)
    {
        await using var client = Traffic.Connect(node.ClientUrl, user, password);
        try
        {
            await client.ConnectAsync();
            await client.PingAsync();
            return true;
        }
        catch (NatsException)
        {
            return false;
        }
    }
}
