namespace LocalCloud;

/// <summary>A hook of the group.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HeartbeatTimeout">30 s to 2 h, as AWS allows.</param>
/// <param name="Transition">autoscaling:EC2_INSTANCE_TERMINATING or …LAUNCHING.</param>
/// <param name="DefaultResult">CONTINUE or ABANDON, when nobody completes it.</param>
public sealed record LifecycleHook(
    string Name, TimeSpan HeartbeatTimeout, string Transition = LifecycleHook.Terminating, string DefaultResult = "CONTINUE")
{
    public const string Terminating = "autoscaling:EC2_INSTANCE_TERMINATING";

    /// <summary>The whole wait ends at 48 h or a hundred heartbeat timeouts, whichever is sooner.</summary>
    public TimeSpan GlobalTimeout => HeartbeatTimeout * 100 < TimeSpan.FromHours(48) ? HeartbeatTimeout * 100 : TimeSpan.FromHours(48);
}

/// <summary>An instance that waits in a hook.</summary>
public sealed class LifecycleAction
{
    internal LifecycleAction(Instance instance, LifecycleHook hook, DateTimeOffset now)
    {
        Instance = instance;
        Hook = hook;
        Deadline = now + hook.HeartbeatTimeout;
        GlobalDeadline = now + hook.GlobalTimeout;
    }

    public Instance Instance { get; }

    public LifecycleHook Hook { get; }

    public string Token { get; } = Guid.NewGuid().ToString();

    /// <summary>When the hook gives up unless a heartbeat comes.</summary>
    public DateTimeOffset Deadline { get; private set; }

    public DateTimeOffset GlobalDeadline { get; }

    public int Heartbeats { get; private set; }

    /// <summary>CONTINUE or ABANDON once completed; null before.</summary>
    public string? Result { get; private set; }

    internal bool IsActive(DateTimeOffset now) => Result is null && now < Deadline;

    internal void Beat(DateTimeOffset now)
    {
        Heartbeats++;
        var wanted = now + Hook.HeartbeatTimeout;
        Deadline = wanted < GlobalDeadline ? wanted : GlobalDeadline;
    }

    internal void Complete(string result)
    {
        Result = result;
        Instance.LifecycleState = "Terminating:Proceed";
    }
}

/// <summary>One SetInstanceHealth that was carried out.</summary>
public sealed record HealthReport(DateTimeOffset Time, string InstanceId, string HealthStatus, bool RespectGracePeriod);
