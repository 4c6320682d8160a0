namespace Demo;

/// <summary>Everything that there is to show at one moment.</summary>
/// <param name="Headline">What runs here.</param>
/// <param name="Hints">For the time after the story: what one may do oneself.</param>
internal sealed record Frame(
    TimeSpan At, string Headline, ClusterView View, Traffic? Traffic, AwsCalls Calls, IReadOnlyList<Act> Acts, IReadOnlyList<Happening> Happenings,
    IReadOnlyList<string> Hints);

/// <summary>Where the demo is seen.</summary>
internal interface IStage
{
    /// <summary>How long a person needs to read what an act has brought.</summary>
    TimeSpan ReadingTime { get; }

    void Show(Frame frame);

    void Tell(Happening happening);

    /// <summary>The stage is given back; what is written from now on is plain text.</summary>
    void Close();
}
