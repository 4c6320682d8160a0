using AwsNats.Registry;

namespace AwsNats.Simulation.World;

/// <summary>The script that this program replaces, on a host of its own: a whole-row put every ten seconds, with its host's clock.</summary>
internal sealed class OldScript(Fleet fleet, string name, string address, TimeSpan skew)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    public string Address => address;

    public bool IsRunning { get; private set; }

    public TimeSpan? FirstWrite { get; private set; }

    public TimeSpan? LastWrite { get; private set; }

    public override string ToString() => $"{name} ({address})";

    public void Start()
    {
        fleet.Trace.Note(name, $"old script starts, clock {skew.TotalSeconds:+0;-0;0} s off");
        IsRunning = true;
        Write();
    }

    public void Die()
    {
        fleet.Trace.Note(name, "dies");
        IsRunning = false;
    }

    private void Write()
    {
        if (!IsRunning) return;
        if (fleet.Weather.Next(Strikes.Writes, name) == Fate.Answered)
        {
            fleet.Table.Put(new Row(address, Table.Text(fleet.AwsNow + skew), "working"));
            FirstWrite ??= fleet.Now;
            LastWrite = fleet.Now;
        }

        fleet.Pump.After(Beat, Write);
    }
}
