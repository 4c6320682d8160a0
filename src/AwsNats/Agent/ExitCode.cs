namespace AwsNats.Agent;

/// <summary>How the agent ends. The numbers are the original script's where they still mean something; docs/SETTINGS.md explains each.</summary>
internal enum ExitCode
{
    /// <summary>Drained and stopped as asked.</summary>
    Stopped = 0,

    /// <summary>A bug of ours.</summary>
    Bug = 1,

    /// <summary>The command line or the settings are wrong; a service manager must not restart us.</summary>
    BadSettings = 10,

    /// <summary>The instance metadata gave no identity within the start budget.</summary>
    NoIdentity = 15,

    /// <summary>The registry could not be reached within the start budget and no earlier roster is on disk.</summary>
    NoRegistry = 20,

    /// <summary>The server configuration could not be written, or the server refuses it.</summary>
    BadServerConfig = 50,

    /// <summary>The server could not be started: not found, not executable, port taken.</summary>
    ServerNotStarted = 60,

    /// <summary>The server kept dying; the instance was reported Unhealthy.</summary>
    ServerKeptDying = 70,
}
