namespace AwsNats.Settings;

/// <summary>A value that never prints itself: in logs, exceptions and record texts it reads as stars.</summary>
internal sealed record Secret
{
    private readonly string value;

    public Secret(string value) => this.value = value;

    /// <summary>The one way out. Call it where the server's configuration is rendered and nowhere else.</summary>
    public string Reveal() => value;

    public override string ToString() => "***";
}
