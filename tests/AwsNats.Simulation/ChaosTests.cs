namespace AwsNats.Simulation;

/// <summary>Faults of every kind at random.</summary>
public sealed class ChaosTests
{
    [Fact]
    public void After_faults_of_AWS_and_of_agents_there_is_one_mesh_and_no_server_was_touched() =>
        Seeds.Play(60, fleet => Chaos.Play(fleet, fleet.Random.Next(5, 41), TimeSpan.FromMinutes(8), servers: false), Chaos.Settings(1));

    [Fact]
    public void After_faults_of_servers_too_there_is_one_mesh() =>
        Seeds.Play(25, fleet => Chaos.Play(fleet, fleet.Random.Next(5, 31), TimeSpan.FromMinutes(8), servers: true), Chaos.Settings(2));

    [Fact]
    public void Two_hundred_agents_come_through_chaos_as_one_mesh() =>
        Seeds.Play(1, fleet => Chaos.Play(fleet, 200, TimeSpan.FromMinutes(4), servers: false), Chaos.Settings(3));
}
