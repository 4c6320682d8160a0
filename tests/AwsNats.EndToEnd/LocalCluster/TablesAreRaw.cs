using AwsNats.EndToEnd.Clouds;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Clusters;

public sealed class TablesAreRaw(DynaliteFixture dynalite)
{
    [Fact]
    public async Task The_old_scripts_put_erases_what_else_stood_in_the_row()
    {
        var table = await dynalite.NewTableAsync();
        await table.PutAsync("10.0.0.1", 5);
        await table.SetAsync("10.0.0.1", "description", TestTable.S("why"));
        Assert.Equal("why", TestTable.Text(await table.GetAsync("10.0.0.1"), "description"));
        await table.PutAsync("10.0.0.1", 6, "error");
        var row = await table.GetAsync("10.0.0.1");
        Assert.Equal(("6", "error", null), (TestTable.Text(row, "time"), TestTable.Text(row, "status"), TestTable.Text(row, "description")));
    }

    [Fact]
    public async Task The_old_clients_scan_sees_younger_rows_only()
    {
        var table = await dynalite.NewTableAsync();
        await table.PutAsync("10.0.0.1", 100);
        await table.PutAsync("10.0.0.2", 200);
        Assert.Equal(["10.0.0.2"], await table.ScanAddressesAfterAsync(150));
    }

    [Fact]
    public async Task Thousands_of_rows_are_written_and_read_back()
    {
        var table = await dynalite.NewTableAsync();
        var filler = new string('x', 1000); // 2,000 rows of 1 kB: two pages of a scan
        await table.PutManyAsync(Enumerable.Range(0, 2000).Select(i => new System.Text.Json.Nodes.JsonObject { ["ip"] = TestTable.S($"row{i}"), ["filler"] = TestTable.S(filler) }));
        Assert.Equal(2000, (await table.ScanAsync()).Select(r => TestTable.Text(r, "ip")).Distinct().Count());
    }

    [Fact]
    public async Task A_deleted_row_is_gone()
    {
        var table = await dynalite.NewTableAsync();
        await table.PutAsync("10.0.0.1", 5);
        await table.DeleteAsync("10.0.0.1");
        Assert.Null(await table.GetAsync("10.0.0.1"));
    }

    [Fact]
    public async Task A_refused_call_says_why()
    {
        var table = await dynalite.NewTableAsync();
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => table.PutAsync([]));
        Assert.Contains("ValidationException", exception.Message, StringComparison.Ordinal);
    }
}
