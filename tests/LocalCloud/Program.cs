using System.Net;
using System.Runtime.InteropServices;
using LocalCloud;

// LocalCloud --listen 127.0.0.1:9000 --dynamodb http://127.0.0.1:8000/ --instance i-1:eu-west-1a:10.0.0.1 ...
// Auto Scaling answers at the port given, DynamoDB at the next, the instances' metadata services after them. Ends on INT or TERM.
const string Usage = "usage: LocalCloud --listen ADDRESS:PORT [--dynamodb URL] [--instance ID:ZONE:IPV4]...";
IPEndPoint? listen = null;
Uri? upstream = null;
var wanted = new List<string[]>();
for (var i = 0; i < args.Length; i += 2)
{
    var value = i + 1 < args.Length ? args[i + 1] : "";
    var understood = args[i] switch
    {
        "--listen" => IPEndPoint.TryParse(value, out listen),
        "--dynamodb" => Uri.TryCreate(value, UriKind.Absolute, out upstream),
        "--instance" => AddWanted(value.Split(':')),
        _ => false,
    };
    if (understood) continue;
    Console.Error.WriteLine($"LocalCloud: cannot understand '{args[i]} {value}'\n{Usage}");
    return 10;
}
if (listen is null)
{
    Console.Error.WriteLine(Usage);
    return 10;
}

await using var cloud = Cloud.Start(new CloudOptions
{
    AutoScalingListen = listen,
    DynamoDbListen = new IPEndPoint(listen.Address, listen.Port + 1),
    DynamoDbUpstream = upstream,
    Region = wanted is [[_, var zone, _], ..] ? zone[..^1] : "eu-west-1",
});
Console.WriteLine($"AWS_ENDPOINT_URL_AUTO_SCALING={cloud.AutoScaling.Endpoint}");
Console.WriteLine($"AWS_ENDPOINT_URL_DYNAMODB={cloud.DynamoDb.Endpoint}");
foreach (var (index, parts) in wanted.Index())
{
    var metadata = new IPEndPoint(listen.Address, listen.Port + 2 + index);
    var instance = cloud.AddInstance(new InstanceOptions(parts[0], parts[1], parts[2]) { MetadataListen = metadata });
    Console.WriteLine($"{instance.InstanceId} AWS_EC2_METADATA_SERVICE_ENDPOINT={instance.Endpoint} AWS_ACCESS_KEY_ID={instance.StaticKey.AccessKeyId} AWS_SECRET_ACCESS_KEY={instance.StaticKey.SecretAccessKey}");
}

var stop = new TaskCompletionSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await stop.Task;
return 0;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.TrySetResult();
}

bool AddWanted(string[] parts)
{
    if (parts.Length != 3) return false;
    wanted.Add(parts);
    return true;
}
