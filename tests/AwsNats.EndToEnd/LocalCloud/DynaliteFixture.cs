using LocalCluster;
using Xunit;

[assembly: AssemblyFixture(typeof(AwsNats.EndToEnd.Clouds.DynaliteFixture))]

namespace AwsNats.EndToEnd.Clouds;

/// <summary>One DynamoDB implementation for the whole test run; each test takes a table of its own.</summary>
public sealed class DynaliteFixture : IAsyncLifetime
{
    public Dynalite Dynalite { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Dynalite = await Dynalite.StartAsync();

    public ValueTask DisposeAsync() => Dynalite.DisposeAsync();

    public Task<TestTable> NewTableAsync() => Dynalite.CreateTableAsync($"t{Guid.NewGuid():N}");
}
