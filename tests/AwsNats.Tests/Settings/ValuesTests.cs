using AwsNats.Settings;
using Xunit;

namespace AwsNats.Tests.Settings;

/// <summary>What each kind of value takes and refuses; the numbers are those of docs/SETTINGS.md.</summary>
public sealed class ValuesTests
{
    [Theory]
    [InlineData("general", "servers-timeout", "25 30 3599", "4 86401 30s 3e1 +30 30.0 -30 0x30 1_000 ٣٠")]
    [InlineData("general", "delete-timeout", "31 2592000", "5 2592001 1h")]
    [InlineData("general", "heartbeat-interval", "0.005 .5 1 10 12", "0.004 60.1 0 -1 1e1 1,5 abc")]
    [InlineData("general", "start-timeout", "10 3600", "9 3601")]
    [InlineData("general", "log-format", "text JSON", "xml")]
    [InlineData("general", "state-dir", "/var/lib/aws-nats /", "state ./state")]
    [InlineData("DynamoDB", "region", "eu-west-1 us-gov-west-1 ap-southeast-4 us-isob-east-1", "eu-west EU-WEST-1 eu-west-1a eu--1 eu_west_1 west-1 eu-west-0")]
    [InlineData("DynamoDB", "allow-host-names", "on off TRUE false yes No 1 0", "2 enabled y")]
    [InlineData("user", "timeout", "0.1 2 60", "0 0.09 61 NaN Infinity")]
    [InlineData("server", "server", "/usr/bin/nats-server nats-server", "bin/nats-server ./nats-server")]
    [InlineData("server", "client-host", "0.0.0.0 :: 127.0.0.1 ::1 10.0.0.1", "localhost 1 0x7f.1 010.0.0.1 [::1] 10.0.0.1:4222 224.0.0.1 169.254.169.254 fe80::1 ::ffff:10.0.0.1 1.2.3 1.2.3.4/8")]
    [InlineData("server", "client-port", "1 65535", "0 65536 http")]
    [InlineData("server", "include", "/etc/more.conf", "more.conf ../more.conf")]
    [InlineData("server", "tags", "blue blue,big", ", blue, ,blue blue,,big")]
    [InlineData("server", "lame-duck-duration", "30 3600", "29 3601 30s")]
    [InlineData("server", "lame-duck-grace", "1 29", "0 3601")]
    [InlineData("server", "start-timeout", "10 3600", "9 3601")]
    [InlineData("server", "restart-limit", "0 100", "101 -1")]
    [InlineData("server", "restart-window", "10 86400", "9 86401")]
    [InlineData("health", "report", "on off", "maybe")]
    public void A_setting_takes_and_refuses(string section, string key, string taken, string refused)
    {
        foreach (var value in taken.Split(' '))
        {
            Assert.Empty(Reading.Lines(Reading.Of($"[{section}]\n{key} = {value}\n")));
        }

        foreach (var value in refused.Split(' '))
        {
            var allowed = KnownSettings.Find(section, key)!.Shape.Allowed;
            Assert.Equal($"aws-nats.conf:2: [{section}] {key}: '{value}' is not {allowed}", Reading.OneError(Reading.Of($"[{section}]\n{key} = {value}\n")));
        }
    }

    [Theory]
    [InlineData("my cluster")]
    [InlineData("my\u00a0cluster")]
    public void Names_hold_no_white_space(string name)
    {
        Assert.Contains("is not text without white space", Reading.OneError(Reading.Of($"[cluster]\nname = {name}\n")), StringComparison.Ordinal);
        Assert.Contains("is not text without white space", Reading.OneError(Reading.Of($"[server]\nname = {name}\n")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc", true)]
    [InlineData("Aa0_.-", true)]
    [InlineData("ab", false)]
    [InlineData("nats table", false)]
    [InlineData("\"nats\"", false)]
    [InlineData("näts", false)]
    public void A_table_is_named_by_DynamoDBs_rule(string table, bool taken) =>
        Assert.Equal(taken, Reading.Bare($"[DynamoDB]\ntable = {table}\n").Settings?.Table == table);

    [Fact]
    public void A_tables_name_has_at_most_255_characters()
    {
        Assert.NotNull(Reading.Bare($"[DynamoDB]\ntable = {new string('t', 255)}\n").Settings);
        Assert.Null(Reading.Bare($"[DynamoDB]\ntable = {new string('t', 256)}\n").Settings);
    }

    [Theory]
    [InlineData("auto", "Auto")]
    [InlineData("Public", "Public")]
    [InlineData("private", "Private")]
    [InlineData("ipv6", "Ipv6")]
    [InlineData("10.0.0.1", "Literal", "10.0.0.1")]
    [InlineData("127.0.0.3", "Literal", "127.0.0.3")]
    [InlineData("2001:DB8:0::1", "Literal", "2001:db8::1")]
    [InlineData("nats-1.example.com", "Literal", "nats-1.example.com")]
    public void An_address_is_a_word_or_something_to_dial(string value, string kind, string? literal = null) =>
        Assert.Equal(new AddressChoice(Enum.Parse<AddressKind>(kind), literal), Reading.Settings(Reading.Of($"[general]\naddress = {value}\n")).Address);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("::")]
    [InlineData("224.0.0.1")]
    [InlineData("ff02::1")]
    [InlineData("255.255.255.255")]
    [InlineData("169.254.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[2001:db8::1]")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("10.0.0.1:7244")]
    [InlineData("10.0.0.256")]
    [InlineData("10.1")]
    [InlineData("pubilc")]
    [InlineData("-a.example.com")]
    [InlineData("a..example.com")]
    [InlineData("a_b.example.com")]
    [InlineData("http://example.com")]
    [InlineData("example.com:80")]
    public void What_peers_cannot_dial_is_no_address(string value) =>
        Assert.StartsWith($"aws-nats.conf:2: [general] address: '{value}' is not auto, public, private, ipv6, ",
            Reading.OneError(Reading.Of($"[general]\naddress = {value}\n")), StringComparison.Ordinal);

    [Fact]
    public void A_host_name_is_at_most_253_characters_long()
    {
        var label = new string('a', 63) + ".";
        var longest = label + label + label + new string('b', 61);
        Assert.True(Addresses.IsHostName(longest));
        Assert.False(Addresses.IsHostName(longest + "b"));
    }

    [Fact]
    public void Tags_are_separated_by_commas() =>
        Assert.Equal(["blue", "disk:ssd"], Reading.Settings(Reading.Of("[server]\ntags = blue , disk:ssd\n")).Tags);

    [Fact]
    public void A_fraction_of_a_second_is_kept() =>
        Assert.Equal(TimeSpan.FromMilliseconds(1250), Reading.Settings(Reading.Of("[general]\nheartbeat-interval = 1.25\n")).HeartbeatInterval);

    /// <summary>Every entry must write to a property of its own: a copied line that sets its neighbour is found here.</summary>
    [Fact]
    public void Every_setting_changes_the_settings_in_a_way_of_its_own()
    {
        string[] samples = ["1000", "20000", "7", "text", "json", "off", "on", "private", "eu-west-1", "10.0.0.1", "/x", "word"];
        var printed = KnownSettings.All.Select(setting =>
            samples.Select(sample => setting.Shape.Apply(new AgentSettings(), sample)).OfType<AgentSettings>()
                .Select(Changed).First(change => change.Length > 0)).ToList();
        Assert.Equal(printed.Count, printed.Distinct().Count());

        static string Changed(AgentSettings settings) => string.Join(' ', typeof(AgentSettings).GetProperties()
            .Where(property => !Equals(property.GetValue(settings), property.GetValue(new AgentSettings()))).Select(property => property.Name));
    }
}
