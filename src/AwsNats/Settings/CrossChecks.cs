using System.Collections.Immutable;
using System.Globalization;

namespace AwsNats.Settings;

/// <summary>Rules about two settings. A rule is silent when one of its two is wrong in itself: that error comes first.</summary>
internal static class CrossChecks
{
    /// <summary>2.5 beats: one lost heartbeat and its jitter of a fifth (2 x 1.2 = 2.4) must not drop a route.</summary>
    private const decimal BeatsInTimeout = 2.5m;

    /// <summary>Every rule that does not hold.</summary>
    /// <param name="settings">With every value that is right in itself.</param>
    /// <param name="at">What was given for a setting; null for a setting left at its default.</param>
    public static IEnumerable<SettingError> Errors(AgentSettings settings, Func<Setting, GivenValue?> at)
    {
        var needed = (decimal)settings.HeartbeatInterval.Ticks / TimeSpan.TicksPerSecond * BeatsInTimeout;
        ImmutableArray<SettingError?> found =
        [
            Compare(settings.DeleteTimeout > settings.ServersTimeout, "delete-timeout", "must be greater than", "servers-timeout", "general", at),
            Compare((decimal)settings.ServersTimeout.TotalSeconds >= needed, "servers-timeout",
                string.Create(CultureInfo.InvariantCulture, $"must be at least {needed:0.###}, which is {BeatsInTimeout} times"),
                "heartbeat-interval", "general", at),
            Compare(settings.LameDuckGrace < settings.LameDuckDuration, "lame-duck-grace", "must be less than", "lame-duck-duration", "server", at),
            Ports(settings.ClientHost, settings.ClientPort, "client", settings.ClusterHost, settings.ClusterPort, "cluster", at),
            Ports(settings.ClientHost, settings.ClientPort, "client", settings.MonitorHost, settings.MonitorPort, "monitor", at),
            Ports(settings.ClusterHost, settings.ClusterPort, "cluster", settings.MonitorHost, settings.MonitorPort, "monitor", at),
            Together("user", "nats_user", "nats_pass", at),
            Together("cluster", "user", "password", at),
        ];
        return found.OfType<SettingError>();
    }

    private static SettingError? Compare(
        bool holds, string key, string relation, string otherKey, string section, Func<Setting, GivenValue?> at)
    {
        var (one, other) = (Side.Of(section, key, at), Side.Of(section, otherKey, at));
        if (holds || one.IsWrong || other.IsWrong) return null;
        return new(Later(one, other), one.Setting.Name, $"{one.Value} {relation} {other.Setting.Name}: {other.Value}");
    }

    private static SettingError? Ports(
        string host, int port, string name, string otherHost, int otherPort, string otherName, Func<Setting, GivenValue?> at)
    {
        var (one, other) = (Side.Of("server", $"{name}-port", at), Side.Of("server", $"{otherName}-port", at));
        var hostWrong = Side.Of("server", $"{name}-host", at).IsWrong || Side.Of("server", $"{otherName}-host", at).IsWrong;
        if (one.IsWrong || other.IsWrong || hostWrong || port != otherPort || !Addresses.Overlap(host, otherHost)) return null;
        return new(Later(one, other), one.Setting.Name,
            $"{one.Value} on {host} must differ from {other.Setting.Name}: {other.Value} on {otherHost}");
    }

    private static SettingError? Together(string section, string userKey, string passwordKey, Func<Setting, GivenValue?> at)
    {
        var (user, password) = (Side.Of(section, userKey, at), Side.Of(section, passwordKey, at));
        if (user.Given is null == password.Given is null) return null;
        var (there, missing) = user.Given is null ? (password, user) : (user, password);
        return new(there.Origin, there.Setting.Name, $"is set, but {missing.Setting.Name} is not: set both or neither");
    }

    /// <summary>The place that the user touched last, as precedence and lines go.</summary>
    private static SettingOrigin Later(Side one, Side other) =>
        (one.Origin.Kind, one.Origin.Line).CompareTo((other.Origin.Kind, other.Origin.Line)) >= 0 ? one.Origin : other.Origin;

    private sealed record Side(Setting Setting, GivenValue? Given)
    {
        public static Side Of(string section, string key, Func<Setting, GivenValue?> at)
        {
            var setting = KnownSettings.Find(section, key)!;
            return new(setting, at(setting));
        }

        public SettingOrigin Origin => Given?.Origin ?? SettingOrigin.Default;

        public bool IsWrong => Given is { Text: null };

        /// <summary>Only numbers are compared, so that no secret can come here.</summary>
        public string Value => $"{Given?.Text ?? Setting.Default} ({Origin.Short})";
    }
}
