using AwsNats.Identity;
using AwsNats.Settings;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>The first stage: who am I? Asked again with growing pauses until the start budget is spent.</summary>
internal static class LearnIdentity
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250); // a freshly booted instance's metadata may lag by moments
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <returns>Null when the budget is spent; what was wrong is in the log.</returns>
    public static async Task<InstanceIdentity?> WithinBudgetAsync(
        IInstanceMetadata metadata, AgentSettings settings, Log log, TimeProvider time, Random random, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var answer = await metadata.IdentifyAsync(settings.Address, cancellation);
            if (answer.Identity is { } identity)
            {
                log.Write(Messages.IdentityKnown(identity));
                return identity;
            }

            var wait = pause * (1 + random.NextDouble() / 2);
            if (time.GetElapsedTime(began) + wait >= settings.StartTimeout)
            {
                log.Write(Messages.NoIdentity(answer.Fault!, settings.StartTimeout));
                return null;
            }

            log.Write(Messages.IdentityFailing(answer.Fault!, wait));
            await Task.Delay(wait, time, cancellation);
        }
    }
}
