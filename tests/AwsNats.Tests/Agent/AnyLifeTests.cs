using AwsNats.Agent;
using AwsNats.Health;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using AwsNats.Tests.Registry;
using CsCheck;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>What holds in every life, whatever the world does in whatever order. A failing life is printed and can be told again.</summary>
public sealed class AnyLifeTests
{
    private const int Lives = 150; // half a second; a tenfold run found nothing more

    /// <summary>What may happen, by name so that a failing life reads as a story.</summary>
    private static readonly (string Name, Action<Story> Happens)[] Events =
    [
        ("table away", s => s.WriteFault = Faults.Unreachable),
        ("table throttles", s => s.WriteFault = Faults.Throttled),
        ("reads denied", s => s.ReadFault = Faults.Denied),
        ("table back", s => (s.WriteFault, s.ReadFault) = (null, null)),
        ("peer joins", s => s.Living.Add(Enumerable.Range(1, 250).Select(node => $"10.0.1.{node}").First(host => !s.Living.Contains(host)))),
        ("peer leaves", s => { if (s.Living.Count > 0) s.Living.RemoveAt(0); }),
        ("peers ail", s => s.Ailing.AddRange(s.Ailing.Count == 0 ? ["10.0.2.1", "10.0.2.2"] : [])),
        ("peers recover", s => s.Ailing.Clear()),
        ("rival reports", s => s.Others.Add(new Row($"10.0.3.{s.Others.Count % 250 + 1}", RosterStory.Stamp(s.Now), "error", ReportedAt: RosterStory.Stamp(s.Now)))),
        ("server killed", Killed),
        ("server killed", Killed),
        ("starts die", s => s.DiesAfter = 0.3),
        ("starts live", s => s.DiesAfter = null),
        ("starts fail", s => s.StartFault = "no right to execute it"),
        ("starts succeed", s => s.StartFault = null),
        ("probes fail", s => s.Health = new(ServerHealth.Unhealthy, "503")),
        ("probes cannot tell", s => s.Health = new(ServerHealth.Unknown, "?")),
        ("probes succeed", s => s.Health = new(ServerHealth.Healthy)),
        ("INT ignored", s => s.Ignored.Add(ServerSignal.Interrupt)),
        ("INT heeded", s => s.Ignored.Clear()),
        ("files refused", s => s.ConfigEnds = ConfigEnd.Refused),
        ("disk full", s => s.ConfigEnds = ConfigEnd.Failed),
        ("files taken", s => s.ConfigEnds = null),
        ("reports delayed", s => s.ReportEnds = new(ReportOutcome.TryAgain, "contention")),
        ("reports denied", s => s.ReportEnds = new(ReportOutcome.Denied, "no right")),
        ("reports taken", s => s.ReportEnds = new(ReportOutcome.Done)),
        ("executable gone", s => s.Version = new VersionAnswer(null, null, "not found")),
        ("executable there", s => s.Version = Story.FoundVersion),
        ("HUP", s => s.Take(new AgentSettings { RestartLimit = 1, NatsUser = "u", ClientPort = 1 })),
    ];

    private static readonly Gen<Life> AnyLife = Gen.Select(
        Gen.Select(Gen.Int[0, Events.Length - 1], Gen.OneOf(Gen.Double[0, 1], Gen.Double[0, 20], Gen.Double[0, 400])).Array[0, 25],
        Gen.Bool, Gen.Bool, Gen.Int[0, 3], Gen.Double[0, 0.999],
        (steps, adopted, remembers, limit, dice) => new Life(steps, adopted, remembers, limit, dice));

    [Fact]
    public void There_is_never_a_second_server_nor_a_signal_to_none_and_a_report_needs_a_told_intent() =>
        AnyLife.Sample(life => AssertDecent(life.Tell()), iter: Lives);

    [Fact]
    public void Asked_to_stop_it_ends_with_0_within_the_drains_budget_and_reports_nothing_more() =>
        AnyLife.Sample(life =>
        {
            var story = life.Tell();
            if (story.State.Exit is not null) return;
            var asked = story.Acts.Count;
            story.Ignored.Clear();
            story.AskToStop().RunOn(60);
            Assert.Equal(ExitCode.Stopped, story.State.Exit);
            Assert.DoesNotContain(story.Acts.Skip(asked), done => done.Act is Act.Report or Act.StartServer or Act.Configure);
            AssertDecent(story);
        }, iter: Lives);

    [Fact]
    public void When_all_is_well_again_it_serves_its_peers_or_has_ended_for_a_reason() =>
        AnyLife.Sample(life =>
        {
            var story = life.Tell();
            (story.WriteFault, story.ReadFault, story.DiesAfter, story.StartFault, story.ConfigEnds) = (null, null, null, null, null);
            (story.Health, story.Version, story.ReportEnds) = (new(ServerHealth.Healthy), Story.FoundVersion, new(ReportOutcome.Done));
            story.Ignored.Clear();
            story.Ailing.Clear();
            story.RunOn(3600);
            if (story.State.Exit is { } exit)
            {
                Assert.Contains(exit, new[] { ExitCode.NoRegistry, ExitCode.BadServerConfig, ExitCode.ServerNotStarted, ExitCode.ServerKeptDying });
                return;
            }

            Assert.Equal(ServerCondition.Up, story.State.Server.Condition);
            Assert.Equal(story.Living.Order(StringComparer.Ordinal), story.State.Config.Applied!.Routes.Select(peer => peer.Host));
            Assert.Equal(NodeStatus.Working, story.All<Act.Beat>()[^1].Heartbeat.Status);
        }, iter: Lives);

    private static void Killed(Story story)
    {
        if (story.State.Server.IsRunning) story.Dies(signal: 9);
    }

    private static void AssertDecent(Story story)
    {
        var (intentTold, rowDeleted, lastBeat) = (false, false, double.NegativeInfinity);
        foreach (var (at, act) in story.Acts)
        {
            if (act is Act.Beat beat)
            {
                Assert.False(rowDeleted, "a beat after the row's deletion");
                (intentTold, lastBeat) = (beat.Heartbeat.ReportedAt is not null, at);
            }

            rowDeleted |= act is Act.DeleteOwnRow;
            Assert.False(act is Act.Report { Healthy: false } && !(intentTold && lastBeat < at), "a report before its intent was told");
        }

        Assert.Equal(0, story.Indecencies);
    }

    private sealed record Life((int Event, double Pause)[] Steps, bool Adopted, bool Remembers, int Limit, double Dice)
    {
        public Story Tell()
        {
            var settings = new AgentSettings { RestartLimit = Limit };
            var story = new Story(settings)
            {
                Dice = Dice,
                Left = new Remembered(Remembers ? [new Peer("10.0.9.9", 7244)] : null, null, Adopted ? Story.OursRunning(settings) : null),
            };
            story.Run(0);
            foreach (var (what, pause) in Steps)
            {
                if (story.State.Exit is not null) break;
                Events[what].Happens(story);
                story.RunOn(pause);
            }

            return story;
        }

        public override string ToString() =>
            $"adopted {Adopted}, remembers {Remembers}, restart-limit {Limit}, dice {Dice:0.###}: {string.Join("; ", Steps.Select(step => $"{Events[step.Event].Name}, {step.Pause:0.###} s"))}";
    }
}
