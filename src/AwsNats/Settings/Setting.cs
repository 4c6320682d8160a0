namespace AwsNats.Settings;

/// <summary>When a changed value takes effect; the words of docs/SETTINGS.md are at <see cref="Setting.ChangeWords"/>.</summary>
internal enum Change
{
    /// <summary>At SIGHUP.</summary>
    Hangup,

    /// <summary>When the server is next started: it cannot reload this.</summary>
    ServerStart,

    /// <summary>When the agent is next started; its server stays up meanwhile.</summary>
    AgentStart,
}

/// <summary>Which texts a value may be, and where it goes.</summary>
/// <param name="Allowed">A noun phrase that fits behind "is not".</param>
/// <param name="Apply">The settings with the value in them; null when the text is not allowed. Never throws.</param>
internal sealed record Shape(string Allowed, Func<AgentSettings, string, AgentSettings?> Apply)
{
    /// <summary>Never shown, and may be a <see cref="SecretReference"/>.</summary>
    public bool IsSecret { get; init; }
}

/// <summary>One key that a user can set: the one place from which reader, names, environment and documentation live.</summary>
/// <param name="Section">As documented.</param>
/// <param name="Key">As documented.</param>
/// <param name="Shape">What is allowed.</param>
/// <param name="Default">The text that gives the same as no text; null when there is none, then <see cref="Unset"/> says what happens.</param>
/// <param name="Change">When a new value counts.</param>
/// <param name="Meaning">The line of docs/SETTINGS.md.</param>
internal sealed record Setting(string Section, string Key, Shape Shape, string? Default, Change Change, string Meaning)
{
    /// <summary>What happens without a value, when no text would say the same.</summary>
    public string? Unset { get; init; }

    /// <summary>Must be given somewhere.</summary>
    public bool IsRequired { get; init; }

    /// <summary>For messages.</summary>
    public string Name => $"[{Section}] {Key}";

    /// <summary>For example AWS_NATS_GENERAL_SERVERS_TIMEOUT.</summary>
    public string Variable => (KnownSettings.VariablePrefix + Section + "_" + Key).Replace('-', '_').ToUpperInvariant();

    /// <summary>The last column of docs/SETTINGS.md.</summary>
    public string ChangeWords => Change switch
    {
        Change.Hangup => "SIGHUP",
        Change.ServerStart => "server start",
        _ => "agent start",
    };
}
