using AwsNats.Agent;
using AwsNats.Identity;
using AwsNats.Settings;
using AwsNats.Tests.Registry;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>The first stage: ask who we are until there is an answer, or the start's budget is spent.</summary>
public sealed class LearnIdentityTests
{
    private readonly SmallWorld world = new();
    private readonly Metadata metadata;

    public LearnIdentityTests() => metadata = new Metadata(world.Time);

    [Fact]
    public async Task A_first_answer_is_taken_without_a_pause()
    {
        metadata.AnswersFrom = 1;
        Assert.Same(Story.Identity, await Learn());
        Assert.Single(metadata.AskedAt);
        Assert.Contains("identity_known", world.Logged);
    }

    [Fact]
    public async Task A_late_answer_is_waited_for_with_growing_pauses_of_five_to_seven_and_a_half_seconds_at_the_most()
    {
        metadata.AnswersFrom = 20;
        Assert.Same(Story.Identity, await world.UntilAsync(Learn()));
        var pauses = metadata.AskedAt.Zip(metadata.AskedAt.Skip(1)).Select(pair => (pair.Second - pair.First).TotalSeconds).ToList();
        Assert.InRange(pauses[0], 0.25, 0.5);
        Assert.All(pauses.TakeLast(10), pause => Assert.InRange(pause, 5, 7.7));
    }

    [Fact]
    public async Task Without_an_answer_it_gives_up_within_the_budget_and_says_what_was_wrong()
    {
        Assert.Null(await world.UntilAsync(Learn(TimeSpan.FromSeconds(30))));
        Assert.InRange(world.Time.GetUtcNow() - RosterStory.Start, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
        Assert.Contains("no_identity msg=\"the instance metadata gave no identity within 30 s: HttpPutResponseHopLimit is 1\"", world.Logged);
    }

    [Fact]
    public async Task A_stop_ends_the_asking()
    {
        using var stop = new CancellationTokenSource();
        var learning = LearnIdentity.WithinBudgetAsync(metadata, new AgentSettings(), world.Log, world.Time, new Random(1), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => learning);
    }

    private Task<InstanceIdentity?> Learn(TimeSpan? budget = null) => LearnIdentity.WithinBudgetAsync(
        metadata, new AgentSettings { StartTimeout = budget ?? TimeSpan.FromMinutes(5) }, world.Log, world.Time, new Random(1), TestContext.Current.CancellationToken);

    private sealed class Metadata(FakeTimeProvider time) : IInstanceMetadata
    {
        public List<DateTimeOffset> AskedAt { get; } = [];

        public int AnswersFrom { get; set; } = int.MaxValue;

        public Task<IdentityAnswer> IdentifyAsync(AddressChoice choice, CancellationToken cancellation)
        {
            AskedAt.Add(time.GetUtcNow());
            return Task.FromResult(AskedAt.Count >= AnswersFrom ? new IdentityAnswer(Story.Identity, null) : new IdentityAnswer(null, "HttpPutResponseHopLimit is 1"));
        }
    }
}
