using System.Collections.Immutable;

namespace AwsNats.ServerConfig;

/// <summary>What can be set but not be had: to be told with the other errors of the settings, before any text is rendered.</summary>
internal static class ServerConfigFaults
{
    /// <returns>One entry for each fault: the setting, and what is wrong with it; without secrets.</returns>
    public static ImmutableArray<string> Of(AccessPart access, string? include)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        if (include is not null && IncludeStatement.Fault(include) is { } fault) faults.Add($"[server] include: {fault}");
        // Without a user the server asks for no password at all (auth.go), and the cluster would stand open unnoticed.
        if (access.Password is not null && string.IsNullOrEmpty(access.User)) faults.Add("[user] nats_pass: needs nats_user, else anybody may connect");
        if (access.RoutePassword is not null && string.IsNullOrEmpty(access.RouteUser)) faults.Add("[cluster] password: needs user, else any server may join");
        if (access.RoutePassword is { } routePassword && IsBcrypt(routePassword.Reveal()))
            faults.Add("[cluster] password: is a bcrypt hash; servers present it to each other, so it must be the plain password");
        return faults.ToImmutable();
    }

    /// <summary>
    /// What the server takes for a bcrypt hash (auth.go, validBcryptPrefix): $2, one of abxy, $, two digits, $. A client then presents the
    /// plain password. A route cannot: its URL and the cluster's authorization block are written from one and the same setting.
    /// </summary>
    public static bool IsBcrypt(string password) => password is ['$', '2', 'a' or 'b' or 'x' or 'y', '$', var tens, var ones, '$', ..]
        && char.IsAsciiDigit(tens) && char.IsAsciiDigit(ones);
}
