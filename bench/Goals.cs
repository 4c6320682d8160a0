namespace Bench;

/// <summary>The most that the agent may cost: set before it was written, from a prototype and from an agent in Go that does the same.</summary>
internal static class Goals
{
    public const double BinaryMegabytes = 11.2; // the prototype's 11.0 and a little
    public const double StartMilliseconds = 15; // the Go agent's 11 to 17
    public const double SecureStartMilliseconds = 40; // the prototype's 27 with few roots, and the handshake
    public const double ResidentMegabytes = 17; // the prototype's 16 and a little; the Go agent's 14.3 is the dream
    public const double GrowthMegabytes = 0.5; // none: what is left is the collector's own up and down
    public const double CallsPerMinute = 6; // one write and one read per beat of 10 s
}
