namespace Demo;

internal enum ActState
{
    Ahead,
    Now,
    Done,
}

/// <summary>One act of the story: what is done, why it matters, and what came of it.</summary>
internal sealed class Act(string title, string why)
{
    public string Title { get; } = title;

    /// <summary>For a newcomer, in a sentence or two.</summary>
    public string Why { get; } = why;

    public ActState State { get; set; }

    /// <summary>When it began, on the demo's clock.</summary>
    public TimeSpan Began { get; set; }

    /// <summary>What happened and how long it took, in a few words.</summary>
    public List<string> Outcome { get; } = [];
}

/// <summary>Something that happened.</summary>
/// <param name="At">On the demo's clock.</param>
internal sealed record Happening(TimeSpan At, string Text, Ink Ink);

/// <summary>Something did not happen in time, or happened though it must not.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);
