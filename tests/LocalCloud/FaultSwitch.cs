namespace LocalCloud;

/// <summary>Which fault strikes which call: the narrowest rule wins (instance and operation, then instance, then operation, then all).</summary>
internal sealed class FaultSwitch
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string? Instance, string? Operation), Fault> rules = [];

    public void Set(Fault fault, string? instanceId, string? operation)
    {
        lock (gate)
        {
            if (fault.Kind == FaultKind.None && instanceId is null && operation is null) rules.Remove((null, null));
            else rules[(instanceId, operation)] = fault; // None in a narrow rule exempts from a wider one
        }
    }

    public void Clear()
    {
        lock (gate) rules.Clear();
    }

    public Fault For(string? instanceId, string operation)
    {
        lock (gate)
        {
            if (instanceId is not null)
            {
                if (rules.TryGetValue((instanceId, operation), out var both)) return both;
                if (rules.TryGetValue((instanceId, null), out var instance)) return instance;
            }
            if (rules.TryGetValue((null, operation), out var narrow)) return narrow;
            return rules.GetValueOrDefault((null, null), Fault.None);
        }
    }
}
