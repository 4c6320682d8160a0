using System.Collections.Immutable;

namespace AwsNats.Settings;

/// <summary>Where the settings file is looked for when the command line names none.</summary>
internal static class SettingsPath
{
    /// <summary>First the installed one, then the original script's: beside the one who calls.</summary>
    public static ImmutableArray<string> SearchOrder { get; } = ["/etc/aws-nats/aws-nats.conf", "./aws-nats.conf"];

    /// <summary>The first that exists; null when none does, and the message then names <see cref="SearchOrder"/>.</summary>
    public static string? Find(Func<string, bool> exists) => SearchOrder.FirstOrDefault(exists);
}
