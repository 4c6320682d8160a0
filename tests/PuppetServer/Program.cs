using AwsNats.Supervision;
using PuppetServer;

// A nats-server as far as its supervisor can tell, which misbehaves to order: see Orders for what it understands.
if (args is [ServerLauncher.Verb, ..]) return ServerLauncher.Run(args);

var orders = Orders.Read(args);
if (orders.Has("hang")) await Task.Delay(Timeout.Infinite);
if (args is ["-v" or "--version", ..])
{
    Console.WriteLine(orders.Text("version") ?? "nats-server: v2.10.27");
    return 0;
}

if (args is ["-t", ..])
{
    Console.Error.WriteLine(orders.Text("test-words") ?? $"nats-server: configuration file {args[^1]} is valid");
    return orders.Number("test-exit") ?? 0;
}

return await Puppet.RunAsync(orders);
