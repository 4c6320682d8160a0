namespace AwsNats.Simulation.World;

/// <summary>
/// Virtual time and the one thread that everything of a run shares. Events happen in the order of (instant, number of scheduling), and between
/// two events every posted continuation runs in the order of posting: so the seed alone decides what happens.
/// </summary>
internal sealed class Pump
{
    private readonly PriorityQueue<Action, (long At, long Number)> events = new();
    private readonly Queue<(Inbox Inbox, SendOrPostCallback Call, object? State)> posts = new();
    private readonly Inbox root;
    private long number;

    public Pump() => root = new Inbox(this);

    /// <summary>Since the run began: monotonic for everyone.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Events done; says how much a run costs.</summary>
    public long Events { get; private set; }

    public void At(TimeSpan at, Action action) => events.Enqueue(action, ((at > Now ? at : Now).Ticks, number++));

    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    public void Enqueue(Inbox inbox, SendOrPostCallback call, object? state) => posts.Enqueue((inbox, call, state));

    /// <summary>Lets the world go on until the instant, or until the condition holds (asked after every event).</summary>
    /// <returns>Whether it ended by the condition.</returns>
    public bool Run(TimeSpan until, Func<bool>? enough = null)
    {
        var outside = SynchronizationContext.Current;
        try
        {
            while (true)
            {
                Drain();
                if (enough?.Invoke() == true) return true;
                if (!events.TryPeek(out _, out var next) || next.At > until.Ticks) break;
                SynchronizationContext.SetSynchronizationContext(root);
                var action = events.Dequeue();
                Now = TimeSpan.FromTicks(next.At);
                Events++;
                action();
            }

            Now = until > Now ? until : Now;
            return false;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }

    private void Drain()
    {
        while (posts.TryDequeue(out var post))
        {
            if (post.Inbox.IsClosed) continue;
            SynchronizationContext.SetSynchronizationContext(post.Inbox);
            post.Call(post.State);
        }
    }
}

/// <summary>
/// Where one process's continuations go. Closing it is kill -9: nothing of that process runs any more, whatever it was waiting for.
/// </summary>
internal sealed class Inbox(Pump pump) : SynchronizationContext
{
    public bool IsClosed { get; private set; }

    public void Close() => IsClosed = true;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsClosed) pump.Enqueue(this, d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new InvalidOperationException("nothing here may block");

    public override SynchronizationContext CreateCopy() => this;
}
