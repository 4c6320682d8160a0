namespace AwsNats.Simulation.World;

/// <summary>A process's time: timers and timestamps run on the virtual time that all share; the wall clock is its host's, right or wrong.</summary>
internal sealed class HostClock(Pump pump, Func<DateTimeOffset> wall, Inbox inbox) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => wall();

    public override long GetTimestamp() => pump.Now.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(pump, inbox, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(Pump pump, Inbox inbox, TimerCallback callback, object? state) : ITimer
    {
        /// <summary>Each change makes what was scheduled before void.</summary>
        private int generation;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            generation++;
            if (dueTime != Timeout.InfiniteTimeSpan) Schedule(generation, dueTime, period);
            return true;
        }

        public void Dispose() => generation++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Schedule(int planned, TimeSpan delay, TimeSpan period) => pump.After(delay, () =>
        {
            if (planned != generation || inbox.IsClosed) return;
            callback(state);
            if (period > TimeSpan.Zero) Schedule(planned, period, period);
        });
    }
}
