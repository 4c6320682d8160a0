using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace LocalCloud;

/// <summary>What every pretended service has: a listener, switchable faults, a log of calls, and the cloud's Date on each answer.</summary>
public abstract class CloudService : IAsyncDisposable
{
    private readonly CloudClock clock;
    private readonly Listener listener;
    private readonly FaultSwitch faults = new();
    private readonly Lock gate = new();
    private readonly List<Call> calls = [];

    private protected CloudService(CloudClock clock, IPEndPoint listen)
    {
        this.clock = clock;
        listener = new Listener(listen, ServeAsync);
    }

    /// <summary>Where the service listens; stays the same while refused.</summary>
    public Uri Endpoint => listener.Address;

    /// <summary>The fault that strikes every call without a narrower rule. Refuse closes the listener, any other value opens it.</summary>
    public Fault Fault
    {
        get => field;
        set
        {
            field = value;
            faults.Set(value, null, null);
            if (value.Kind == FaultKind.Refuse) listener.Close();
            else listener.Open();
        }
    } = Fault.None;

    /// <summary>Every call so far, oldest first.</summary>
    public IReadOnlyList<Call> Calls
    {
        get
        {
            lock (gate) return [.. calls];
        }
    }

    /// <summary>A fault for one instance, one operation, or both; <see cref="Fault.None"/> exempts it from a wider fault.</summary>
    public void SetFault(Fault fault, Instance? instance = null, string? operation = null)
    {
        if (instance is null && operation is null)
        {
            Fault = fault;
            return;
        }
        if (fault.Kind == FaultKind.Refuse) throw new ArgumentException("A listener is refused as a whole: set Fault.", nameof(fault));
        faults.Set(fault, instance?.InstanceId, operation);
    }

    /// <summary>All is well again; the listener is open.</summary>
    public void ClearFaults()
    {
        faults.Clear();
        Fault = Fault.None;
    }

    /// <summary>How many calls arrived, of one operation and of one instance if given.</summary>
    public int CountCalls(string? operation = null, Instance? instance = null)
    {
        lock (gate) return calls.Count(c => (operation is null || c.Operation == operation) && (instance is null || c.InstanceId == instance.InstanceId));
    }

    public void ForgetCalls()
    {
        lock (gate) calls.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync();
        DisposeOwn();
        GC.SuppressFinalize(this);
    }

    private protected CloudClock Clock => clock;

    internal void Open() => listener.Open();

    private protected virtual void DisposeOwn()
    {
    }

    /// <summary>Names the call before anything about it is verified.</summary>
    private protected abstract Call Describe(Request request, DateTimeOffset time);

    private protected abstract Task<Reply> HandleAsync(Request request, Call call);

    /// <summary>The service's own words for ServerError, Throttled, Denied and Contention.</summary>
    private protected abstract Reply FaultReply(Fault fault, Call call);

    private async Task ServeAsync(HttpContext http)
    {
        var time = clock.Source.GetUtcNow();
        var request = await ReadAsync(http);
        var call = Describe(request, time);
        lock (gate) calls.Add(call);
        try
        {
            await AnswerAsync(http, request, call, faults.For(call.InstanceId, call.Operation));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller went away, or the listener was closed under it: there is nobody left to answer.
        }
    }

    private async Task AnswerAsync(HttpContext http, Request request, Call call, Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.Hang or FaultKind.Refuse:
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                return;
            case FaultKind.Reset:
                Listener.Reset(http);
                return;
            case FaultKind.LoseReply:
                await HandleAsync(request, call);
                Listener.Reset(http);
                return;
            case FaultKind.Slow:
                await Task.Delay(fault.Delay, http.RequestAborted);
                break;
        }
        var reply = fault.Kind switch
        {
            FaultKind.Garbage => Reply.Text(200, "text/html", "<html><body>captive portal: please log in"),
            FaultKind.ServerError or FaultKind.Throttled or FaultKind.Denied or FaultKind.Contention => FaultReply(fault, call),
            _ => await HandleAsync(request, call),
        };
        call.Status = reply.Status;
        await WriteAsync(http, reply, truncated: fault.Kind == FaultKind.Truncated);
    }

    private async Task WriteAsync(HttpContext http, Reply reply, bool truncated)
    {
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = reply.ContentType;
        http.Response.Headers.Date = clock.Now.ToString("R");
        foreach (var (name, value) in reply.Headers) http.Response.Headers[name] = value;
        if (http.Request.Method == "HEAD") return;
        http.Response.ContentLength = truncated ? reply.Body.Length + 1 : reply.Body.Length; // one byte more than is sent: even {} is cut
        await http.Response.Body.WriteAsync(reply.Body.AsMemory(0, truncated ? reply.Body.Length / 2 : reply.Body.Length), http.RequestAborted);
        if (!truncated) return;
        await http.Response.Body.FlushAsync(http.RequestAborted);
        http.Abort();
    }

    private static async Task<Request> ReadAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
        return new Request(http.Request.Method, path, query, http.Request.Headers, body.ToArray());
    }

    private protected static string BodyText(Request request) => Encoding.UTF8.GetString(request.Body);
}

/// <summary>The cloud's clock: a source, and how far the cloud is off it.</summary>
internal sealed class CloudClock(TimeProvider source)
{
    private long offsetTicks;

    public TimeProvider Source => source;

    public TimeSpan Offset
    {
        get => new(Interlocked.Read(ref offsetTicks));
        set => Interlocked.Exchange(ref offsetTicks, value.Ticks);
    }

    public DateTimeOffset Now => source.GetUtcNow() + Offset;
}
