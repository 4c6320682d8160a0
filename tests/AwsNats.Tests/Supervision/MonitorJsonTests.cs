using System.Text;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class MonitorJsonTests
{
    [Theory]
    [InlineData("""{"status":"unavailable","status_code":503,"error":"JetStream is not current"}""", "JetStream is not current")]
    [InlineData("""{"error":"lame duck mode"}""", "lame duck mode")]
    [InlineData("""{"status":"error","details":{"error":"inner"}}""", "error")]
    [InlineData("<html>", null)]
    [InlineData("", null)]
    [InlineData("[1,", null)]
    [InlineData("""{"error":null}""", null)]
    public void HealthIsToldInTheServersWords(string json, string? words) => Assert.Equal(words, MonitorJson.HealthWords(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("""{"routes":[]}""", 0)]
    [InlineData("""{"num_routes":3,"routes":[{"rid":1,"remote_id":"A"},{"rid":2,"remote_id":"A"},{"rid":3,"remote_id":"B"}]}""", 2)]
    [InlineData("""{"remote_id":"X","routes":[{"remote_id":"A","inner":{"remote_id":"B"}}]}""", 1)]
    [InlineData("""{"server_id":"A"}""", null)]
    [InlineData("""{"routes":[{"remote_id":"A"}""", null)]
    public void APeerCountsOnceHoweverManyConnectionsItHas(string json, int? routes) =>
        Assert.Equal(routes, MonitorJson.Routes(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void TheTimeOfTheLastReloadIsGivenAsItStands() =>
        Assert.Equal("2026-01-01T00:00:00.1Z", MonitorJson.ConfigLoadTime("""{"start":"x","config_load_time":"2026-01-01T00:00:00.1Z"}"""u8));

    [Fact]
    public void TextThatIsNoUtf8IsNoAnswer()
    {
        byte[] routes = [.. "{\"routes\":[{\"remote_id\":\""u8, 0xff, .. "\"}]}"u8];
        byte[] words = [.. "{\"error\":\""u8, 0xff, .. "\"}"u8];
        Assert.Null(MonitorJson.Routes(routes));
        Assert.Null(MonitorJson.HealthWords(words));
    }
}
