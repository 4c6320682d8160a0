using System.Reflection;
using AwsNats.Agent;
using AwsNats.Commands;
using AwsNats.Supervision;
using AwsNats.Telemetry;
using ConsoleAppFramework;

// The launcher is the server's first life: it must stay light, so nothing else is touched before.
if (args is [ServerLauncher.Verb, ..]) return ServerLauncher.Run(args);

// 40 % less CPU a call: completions run where the socket's event arrives, and nothing of ours blocks there.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var host = new Host(
    Assembly.GetExecutingAssembly().GetName().Version!.ToString(3),
    Environment.ProcessPath,
    Environment.GetEnvironmentVariable,
    Console.Error,
    TimeProvider.System,
    new Random(HashCode.Combine(Environment.ProcessId, Environment.TickCount64)));
var ended = (ExitCode?)null;

ConsoleApp.Version = host.Version;
ConsoleApp.LogError = message => host.Error.WriteLine(message);
using var signals = new StopSignals();
var app = ConsoleApp.Create();
app.Add("", Run);
try
{
    await app.RunAsync(args);
}
catch (Exception bug)
{
    // Whatever the loop could not turn into a value: a bug. The server goes on without us and is adopted by the next agent.
    new Log(host.Error, AwsNats.Settings.LogFormat.Text, host.Time).Write(Messages.Bug(bug));
    return (int)ExitCode.Bug;
}

// The framework's own refusals (an unknown option, a missing value) are wrong command lines.
return (int)(ended ?? (Environment.ExitCode == 0 ? ExitCode.Stopped : ExitCode.BadSettings));

// The command table.

/// <summary>Run as the agent of this instance: find the peers in the DynamoDB table, configure and supervise nats-server.</summary>
/// <param name="cfile">-c, Settings file [default: /etc/aws-nats/aws-nats.conf, then ./aws-nats.conf].</param>
/// <param name="nfile">-n, Server configuration file, which the agent writes [default: /etc/aws-nats/nats-server.conf].</param>
async Task Run(string? cfile = null, string? nfile = null) => ended = await RunCommand.RunAsync(cfile, nfile, host, signals);
