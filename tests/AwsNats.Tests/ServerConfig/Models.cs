using System.Collections.Immutable;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using CsCheck;

namespace AwsNats.Tests.ServerConfig;

/// <summary>Models and generated texts that the tests of this folder share.</summary>
internal static class Models
{
    public static readonly AccessPart OpenAccess = new(null, null, null, null, null);

    /// <summary>Fragments that a quoting mistake would trip over.</summary>
    private static readonly string[] Hard =
    [
        "\"", "\\", "$", "${HOME}", "$PATH", "{", "}", "[", "]", "(", ")", "#", "//", "'", ";", ",", "=", ":", "\n", "\r\n", "\t", " ", "%", "%41", "%zz", "@", "/",
        "?", "&", "+", "\\x41", "\\n", "\0", "\u007f", "\u0085", "\u2028", "\ufeff", "ä", "ß", "\u0301", "中文", "😀", "\U0010FFFF", "true", "123", "1e5", "0x1f", "1k",
        "$2a$", "$2a$04$", "include ", "user: ", "<", ">", "|", "~", "^", "`",
    ];

    /// <summary>Any text without lone surrogates: hard fragments, ASCII, and all of Unicode mixed.</summary>
    public static readonly Gen<string> AnyText = Gen.OneOf(
            Gen.Int[0, Hard.Length - 1].Select(i => Hard[i]),
            Gen.Char[' ', '~'].Select(c => c.ToString()),
            Gen.Int[0, 0xFFFF].Where(rune => rune is < 0xD800 or > 0xDFFF).Select(char.ConvertFromUtf32),
            Gen.Int[0x10000, 0x10FFFF].Select(char.ConvertFromUtf32))
        .Array[1, 20].Select(string.Concat);

    /// <summary>A password, unless the server would take it for a bcrypt hash.</summary>
    public static readonly Gen<string> AnyPassword = AnyText.Where(text => !ServerConfigFaults.IsBcrypt(text));

    public static ServerConfigModel Node(string address, string name, params string[] peers) => new(
        Fixed(address, name), OpenAccess, [.. peers.Select(peer => new Peer(peer, 7244))]);

    public static FixedPart Fixed(string address, string name) => new(
        name, "nats", address, address, 4242, address, 7244, address, 8222,
        ["az:eu-west-1a", $"instance:{name}"], TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), null, new(2, 9, 10));

    public static ServerConfigModel WithUser(this ServerConfigModel model, string user, string password) =>
        model with { Access = model.Access with { User = user, Password = new Secret(password) } };

    public static ServerConfigModel WithRouteUser(this ServerConfigModel model, string user, string password) =>
        model with { Access = model.Access with { RouteUser = user, RoutePassword = new Secret(password) } };

    public static ServerConfigModel WithInclude(this ServerConfigModel model, string include) =>
        model with { Fixed = model.Fixed with { Include = include } };

    public static ServerConfigModel WithVersion(this ServerConfigModel model, string version) =>
        model with { Fixed = model.Fixed with { ServerVersion = Version.Parse(version) } };

    public static ServerConfigModel WithAddress(this ServerConfigModel model, string address) =>
        model with { Fixed = model.Fixed with { Address = address } };

    public static ServerConfigModel WithRoutes(this ServerConfigModel model, params Peer[] peers) =>
        model with { Routes = peers.ToImmutableSortedSet() };
}
