namespace AwsNats.Identity;

/// <summary>
/// Where AWS is asked when not at its usual addresses, and which certificate authorities it is believed with: the variables that the AWS SDKs
/// have in common. The registry's own endpoint (AWS_ENDPOINT_URL_DYNAMODB) is not here, since the SDK reads it itself.
/// </summary>
internal sealed record AwsEndpoints
{
    /// <summary>The instance metadata service's link-local address; every EC2 instance has it.</summary>
    public static Uri MetadataOverIpv4 { get; } = new("http://169.254.169.254");

    /// <summary>The same over IPv6, on Nitro instances only.</summary>
    public static Uri MetadataOverIpv6 { get; } = new("http://[fd00:ec2::254]");

    /// <summary>AWS_EC2_METADATA_SERVICE_ENDPOINT, else by AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE.</summary>
    public Uri Metadata { get; init; } = MetadataOverIpv4;

    /// <summary>AWS_EC2_METADATA_DISABLED=true.</summary>
    public bool MetadataDisabled { get; init; }

    /// <summary>AWS_ENDPOINT_URL_AUTO_SCALING, else AWS_ENDPOINT_URL; null means the region's own.</summary>
    public Uri? AutoScaling { get; init; }

    /// <summary>Reads the variables; AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true leaves the service endpoints alone, as in the SDKs.</summary>
    /// <param name="variable">Gives a variable's value, or null.</param>
    /// <param name="errors">Gets one sentence for each value that cannot be used.</param>
    public static AwsEndpoints Read(Func<string, string?> variable, ICollection<string> errors)
    {
        var mode = Text(variable, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
        if (mode is not null && !Same(mode, "IPv4") && !Same(mode, "IPv6"))
            errors.Add($"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: '{mode}' is neither IPv4 nor IPv6");

        var ignored = Same(variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true");
        return new AwsEndpoints
        {
            Metadata = Url(variable, "AWS_EC2_METADATA_SERVICE_ENDPOINT", errors) ?? (Same(mode, "IPv6") ? MetadataOverIpv6 : MetadataOverIpv4),
            MetadataDisabled = Same(variable("AWS_EC2_METADATA_DISABLED"), "true"),
            AutoScaling = ignored ? null : Url(variable, "AWS_ENDPOINT_URL_AUTO_SCALING", errors) ?? Url(variable, "AWS_ENDPOINT_URL", errors),
        };
    }

    private static Uri? Url(Func<string, string?> variable, string name, ICollection<string> errors)
    {
        if (Text(variable, name) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)) return url;
        errors.Add($"{name}: '{text}' is not a URL that begins with http:// or https://");
        return null;
    }

    private static string? Text(Func<string, string?> variable, string name) => variable(name)?.Trim() is { Length: > 0 } text ? text : null;

    private static bool Same(string? a, string b) => string.Equals(a?.Trim(), b, StringComparison.OrdinalIgnoreCase);
}
