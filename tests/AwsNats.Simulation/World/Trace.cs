using System.Text;

namespace AwsNats.Simulation.World;

/// <summary>Everything that happens in a run, as one number to compare and, when a seed is replayed, as text.</summary>
internal sealed class Trace(Pump pump, TextWriter? output)
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    public ulong Hash { get; private set; } = FnvOffset;

    public void Note(string who, string what)
    {
        Mix((ulong)pump.Now.Ticks);
        Mix(who);
        Mix(what);
        output?.WriteLine($"{pump.Now:hh\\:mm\\:ss\\.fff} {who,-14} {what}");
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * FnvPrime;

    private void Mix(string text)
    {
        foreach (var c in text) Mix(c);
    }

    /// <summary>What an agent's Log writes to: its lines are part of the trace.</summary>
    public TextWriter LogOf(string who) => new Lines(this, who);

    private sealed class Lines(Trace trace, string who) : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        // Log writes whole lines; the time in front of each is the host's, and the trace has its own.
        public override void Write(string? value) => trace.Note(who, value?.TrimEnd('\n') ?? "");

        public override void Write(char value) => trace.Note(who, value.ToString());
    }
}
