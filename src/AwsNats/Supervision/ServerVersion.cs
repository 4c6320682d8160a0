namespace AwsNats.Supervision;

/// <summary>What follows from the server's version.</summary>
internal static class ServerVersion
{
    /// <summary>Not known: asked for nothing that any version lacks.</summary>
    public static Version Unknown { get; } = new(0, 0, 0);

    // nats-server's release notes: /healthz, its two reliefs, and `-t`.
    private static readonly Version
        ConfigurationTest = new(2, 0, 0),
        Healthz = new(2, 7, 1),
        ServerOnly = new(2, 9, 0),
        EnabledOnly = new(2, 9, 10);

    /// <summary>Whether the server can test a configuration with `-t`.</summary>
    public static bool CanTest(Version version) => version >= ConfigurationTest;

    /// <summary>
    /// The path that answers whether the server lives. A JetStream server that is still catching up is not dead, so from 2.9 on its
    /// JetStream is asked for as little as the version allows. A starting server is asked no more than that: a lone JetStream node
    /// fails every stricter question until a second one joins, and must not be restarted for it (measured on 2.9, 2.10 and 2.15).
    /// </summary>
    /// <param name="version"><see cref="Unknown"/> gets the root page, which every version has.</param>
    public static string HealthPath(Version version) =>
        version < Healthz ? "/"
        : version < ServerOnly ? "/healthz"
        : version < EnabledOnly ? "/healthz?js-server-only=true"
        : "/healthz?js-enabled-only=true";

    /// <summary>Reads "nats-server: v2.9.10", "nats-server version 1.3.0", "gnatsd version 0.9.6", "nats-server: v2.11.0-RC.1".</summary>
    /// <returns><see cref="Unknown"/> when there is no number with a dot.</returns>
    public static Version Parse(string words)
    {
        foreach (var word in words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var number = string.Concat(word.TrimStart('v').TakeWhile(letter => letter == '.' || char.IsAsciiDigit(letter))).TrimEnd('.');
            if (Version.TryParse(number, out var version))
                return new Version(version.Major, version.Minor, Math.Max(version.Build, 0));
        }

        return Unknown;
    }
}
