using System.Collections.Immutable;
using AwsNats.Registry;

namespace AwsNats.Simulation.World;

/// <summary>The registry of one agent: the table behind the weather, with the deadline and the one repeat of the real adapter.</summary>
internal sealed class TablePort(AgentProcess process) : IRegistry
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(4); // the real adapter's
    private static readonly TimeSpan RefusedAfter = TimeSpan.FromMilliseconds(1); // a closed port answers at once

    private readonly Fleet fleet = process.Fleet;
    private readonly Host host = process.Host;

    private sealed record Request(Strikes Kind, Func<ImmutableArray<Row>> Apply, TaskCompletionSource<RegistryReply> Answer, Action<TimeSpan>? Delivered = null, bool IsDelete = false);

    public Task<RegistryReply> AnnounceAsync(Heartbeat heartbeat, CancellationToken cancellation) => CallAsync(new(Strikes.Writes, () =>
    {
        fleet.Table.Update(heartbeat);
        fleet.Watch.Written(host, heartbeat);
        return [];
    }, new()));

    public Task<RegistryReply> ReadAsync(CancellationToken cancellation) =>
        CallAsync(new(Strikes.Reads, () => fleet.Table.Scan(), new(), at => process.LastReadAt = at));

    public Task<RegistryReply> DeleteAsync(string ip, string seenTime, CancellationToken cancellation)
    {
        return CallAsync(new(Strikes.Writes, () =>
        {
            var row = fleet.Table[ip];
            if (fleet.Table.Delete(ip, present => present.Time == seenTime)) fleet.Watch.Deleted(host, row!);
            return [];
        }, new(), IsDelete: true));
    }

    public Task<RegistryReply> DeleteOwnAsync(string ip, string instanceId, CancellationToken cancellation) => CallAsync(new(Strikes.Writes, () =>
    {
        if (fleet.Table.Delete(ip, present => present.InstanceId is null || present.InstanceId == instanceId)) fleet.Watch.DeletedOwn(host);
        return [];
    }, new()));

    private Task<RegistryReply> CallAsync(Request request)
    {
        Send(request, isRepeat: false);
        return request.Answer.Task;
    }

    private void Send(Request request, bool isRepeat)
    {
        if (request.IsDelete) fleet.Watch.DeleteAsked(process);
        else fleet.Watch.Called(process, isRepeat);
        var (pump, weather) = (fleet.Pump, fleet.Weather);
        var (there, back) = (weather.Way(), weather.Way());
        var fate = weather.Next(request.Kind, host.Name);
        if (fate != Fate.Answered) fleet.Trace.Note(host.Name, $"{request.Kind}: {fate}");
        switch (fate)
        {
            case Fate.Answered:
                pump.After(there, () =>
                {
                    var (rows, date, at) = (request.Apply(), fleet.AwsDate, pump.Now);
                    pump.After(back, () =>
                    {
                        if (request.Answer.Task.IsCompleted || !process.IsAlive) return;
                        request.Delivered?.Invoke(at);
                        request.Answer.TrySetResult(new RegistryReply(null, date, rows));
                    });
                });
                break;
            case Fate.Refused:
                pump.After(RefusedAfter, () => Broken(request, isRepeat));
                break;
            case Fate.LostBefore:
                pump.After(there, () => Broken(request, isRepeat));
                break;
            case Fate.LostAfter:
                pump.After(there, () =>
                {
                    request.Apply();
                    pump.After(back, () => Broken(request, isRepeat));
                });
                break;
            case Fate.Hanging:
                pump.After(Deadline, () => Fault(request, RegistryFaultKind.Unreachable, date: null));
                break;
            case Fate.Late:
                pump.After(Deadline, () => Fault(request, RegistryFaultKind.Unreachable, date: null));
                pump.After(weather.Lateness(Deadline), () => request.Apply());
                break;
            default:
                var kind = fate switch
                {
                    Fate.Throttled => RegistryFaultKind.Throttled,
                    Fate.Denied => RegistryFaultKind.Denied,
                    Fate.NoTable => RegistryFaultKind.NoTable,
                    _ => RegistryFaultKind.Garbage,
                };
                pump.After(there + back, () => Fault(request, kind, kind == RegistryFaultKind.Garbage ? null : fleet.AwsDate));
                break;
        }
    }

    private void Broken(Request request, bool isRepeat)
    {
        if (isRepeat || !process.IsAlive)
        {
            Fault(request, RegistryFaultKind.Unreachable, date: null);
            return;
        }

        Send(request, isRepeat: true);
        fleet.Pump.After(Deadline, () => Fault(request, RegistryFaultKind.Unreachable, date: null));
    }

    private void Fault(Request request, RegistryFaultKind kind, DateTimeOffset? date)
    {
        if (process.IsAlive) request.Answer.TrySetResult(new RegistryReply(new RegistryFault(kind, $"simulated: {kind}"), date, []));
    }
}
