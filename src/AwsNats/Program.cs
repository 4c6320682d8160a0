using System.Reflection;
using AwsNats.Agent;
using AwsNats.Commands;
using AwsNats.Settings;
using AwsNats.Supervision;
using AwsNats.Telemetry;
using ConsoleAppFramework;

// The launcher is the server's first life: it must stay light, so nothing else is touched before.
if (args is [ServerLauncher.Verb, ..]) return ServerLauncher.Run(args);

// 40 % less CPU a call: completions run where the socket's event arrives, and nothing of ours blocks there.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var refused = false;
ConsoleApp.Version = CommandTable.Version;
ConsoleApp.LogError = message =>
{
    refused = true;
    Console.Error.WriteLine(message);
};
var app = ConsoleApp.Create();
app.Add("", CommandTable.Run);
await app.RunAsync(args);

// The framework's own refusals (an unknown option, a missing value) are wrong command lines.
return refused ? (int)ExitCode.BadSettings : Environment.ExitCode;

/// <summary>The commands, one method each; the framework makes options and help out of their parameters and comments.</summary>
internal static class CommandTable
{
    public static string Version { get; } = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    /// <summary>Run as the agent of this instance: find the peers in the DynamoDB table, configure and supervise nats-server.</summary>
    /// <param name="cfile">-c, Settings file (else /etc/aws-nats/aws-nats.conf, then ./aws-nats.conf).</param>
    /// <param name="nfile">-n, Server configuration file, which the agent writes (else /etc/aws-nats/nats-server.conf).</param>
    public static async Task<int> Run(string? cfile = null, string? nfile = null)
    {
        var host = new Host(Version, Environment.ProcessPath, Environment.GetEnvironmentVariable, Console.Error, TimeProvider.System,
            new Random(HashCode.Combine(Environment.ProcessId, Environment.TickCount64)));
        using var signals = new StopSignals();
        try
        {
            return (int)await RunCommand.RunAsync(cfile, nfile, host, signals);
        }
        catch (Exception bug)
        {
            // Whatever could not be turned into a value is a bug. The server goes on without us, and the next agent adopts it.
            new Log(host.Error, LogFormat.Text, host.Time).Write(Messages.Bug(bug));
            return (int)ExitCode.Bug;
        }
    }
}
