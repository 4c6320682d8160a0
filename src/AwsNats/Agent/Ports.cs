using AwsNats.Health;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Supervision;

namespace AwsNats.Agent;

/// <summary>The world as the agent sees it, in flow order.</summary>
internal sealed record Ports(
    IRegistry Registry,
    IRosterFile LastRoster,
    IServerConfigFile ConfigFile,
    IServerExecutable Executable,
    IServer Server,
    IServerMonitor Monitor,
    IInstanceHealth Health);
