using System.Xml.Linq;
using LocalCloud;
using Xunit;

namespace AwsNats.EndToEnd.Clouds;

public sealed class AutoScalingIsStrict : IAsyncDisposable
{
    private static readonly XNamespace Ns = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

    private readonly Cloud cloud = Cloud.Start();
    private readonly Wire wire = new();
    private readonly Instance instance;

    public AutoScalingIsStrict() => instance = cloud.AddInstance(new InstanceOptions("i-0123456789abcdef0", "eu-west-1a", "10.0.0.1"));

    public async ValueTask DisposeAsync()
    {
        wire.Dispose();
        await cloud.DisposeAsync();
    }

    [Fact]
    public async Task Health_is_set_and_recorded()
    {
        var answer = await SetHealthAsync("Unhealthy");
        Assert.Equal(200, answer.Code);
        Assert.NotEmpty(XElement.Parse(answer.Body).Element(Ns + "ResponseMetadata")!.Element(Ns + "RequestId")!.Value);
        Assert.Equal("Unhealthy", instance.HealthStatus);
        var report = Assert.Single(cloud.AutoScaling.Reports);
        Assert.Equal((instance.InstanceId, "Unhealthy", true), (report.InstanceId, report.HealthStatus, report.RespectGracePeriod));
    }

    [Fact]
    public async Task A_call_is_logged_with_whose_key_it_had_and_its_fields()
    {
        await SetHealthAsync("Healthy");
        var call = Assert.Single(cloud.AutoScaling.Calls);
        Assert.Equal(("SetInstanceHealth", instance.InstanceId, 200, "Healthy"), (call.Operation, call.InstanceId, call.Status, call.Parameters["HealthStatus"]));
    }

    [Fact]
    public async Task The_roles_temporary_key_signs_too()
    {
        Assert.Equal(200, (await SetHealthAsync("Healthy", new Signing(instance.RoleKey))).Code);
    }

    [Fact]
    public async Task A_temporary_key_without_its_token_is_refused() =>
        AssertError(await SetHealthAsync("Healthy", new Signing(instance.RoleKey) { SessionToken = null }), 403, "InvalidClientTokenId");

    [Fact]
    public async Task A_temporary_key_that_has_ended_is_refused()
    {
        instance.KeyLifetime = TimeSpan.FromHours(1);
        var key = instance.RoleKey;
        cloud.ClockOffset = TimeSpan.FromHours(2);
        AssertError(await SetHealthAsync("Healthy", new Signing(key) { Date = TimeProvider.System.GetUtcNow().AddHours(2) }), 403, "ExpiredToken");
    }

    [Fact]
    public async Task A_rotated_key_works_until_it_ends_unless_revoked()
    {
        var old = instance.RoleKey;
        instance.RotateRoleKey();
        Assert.NotEqual(old, instance.RoleKey);
        Assert.Equal(200, (await SetHealthAsync("Healthy", new Signing(old))).Code);
        instance.RotateRoleKey(revokeOld: true);
        Assert.Equal(200, (await SetHealthAsync("Healthy", new Signing(instance.RoleKey))).Code);
    }

    [Fact]
    public async Task No_signature_is_refused() => AssertError(await SetHealthAsync("Healthy", Signing.None), 403, "MissingAuthenticationToken");

    [Fact]
    public async Task A_wrong_secret_is_refused() =>
        AssertError(await SetHealthAsync("Healthy", new Signing(instance.StaticKey) { Secret = "wrong" }), 403, "SignatureDoesNotMatch");

    [Fact]
    public async Task An_unknown_key_is_refused() =>
        AssertError(await SetHealthAsync("Healthy", new Signing(instance.StaticKey with { AccessKeyId = "AKIAUNKNOWN" })), 403, "InvalidClientTokenId");

    [Theory]
    [InlineData(-301, "Signature expired: ")]
    [InlineData(310, "Signature not yet current: ")]
    public async Task A_date_more_than_five_minutes_off_is_refused(int seconds, string words)
    {
        var answer = await SetHealthAsync("Healthy", new Signing(instance.StaticKey) { Date = TimeProvider.System.GetUtcNow().AddSeconds(seconds) });
        AssertError(answer, 403, "SignatureDoesNotMatch", words);
    }

    [Theory]
    [InlineData(-290)]
    [InlineData(290)]
    public async Task A_date_within_five_minutes_is_accepted(int seconds) => Assert.Equal(200,
        (await SetHealthAsync("Healthy", new Signing(instance.StaticKey) { Date = TimeProvider.System.GetUtcNow().AddSeconds(seconds) })).Code);

    [Fact]
    public async Task The_clouds_own_clock_decides_what_is_off()
    {
        cloud.ClockOffset = TimeSpan.FromMinutes(10);
        AssertError(await SetHealthAsync("Healthy"), 403, "SignatureDoesNotMatch", "Signature expired: ");
    }

    [Fact]
    public async Task Another_services_scope_is_refused() =>
        AssertError(await SetHealthAsync("Healthy", new Signing(instance.StaticKey) { Service = "dynamodb" }), 403, "SignatureDoesNotMatch", "'autoscaling'");

    [Fact]
    public async Task Another_regions_scope_is_refused() =>
        AssertError(await SetHealthAsync("Healthy", new Signing(instance.StaticKey) { Region = "us-east-1" }), 403, "SignatureDoesNotMatch", "us-east-1");

    [Theory]
    [InlineData("host")]
    [InlineData("x-amz-date")]
    public async Task Headers_that_must_be_signed_are(string name) =>
        AssertError(await SetHealthAsync("Healthy", new Signing(instance.StaticKey) { LeftOut = [name] }), 400, "IncompleteSignature", name);

    [Theory]
    [InlineData("healthy")]
    [InlineData("UNHEALTHY")]
    [InlineData("Sick")]
    public async Task Only_the_two_words_are_health(string status) => AssertError(await SetHealthAsync(status), 400, "ValidationError", status);

    [Fact]
    public async Task A_missing_field_is_named() =>
        AssertError(await CallAsync("SetInstanceHealth", ("HealthStatus", "Healthy")), 400, "ValidationError", "'instanceId'");

    [Fact]
    public async Task An_unknown_instance_is_refused() => AssertError(
        await CallAsync("SetInstanceHealth", ("HealthStatus", "Healthy"), ("InstanceId", "i-unknown")), 400, "ValidationError",
        "Instance Id not found - No managed instance found for instance ID: i-unknown");

    [Fact]
    public async Task An_instance_in_no_group_is_refused()
    {
        instance.Group = null;
        AssertError(await SetHealthAsync("Healthy"), 400, "ValidationError", "No managed instance found");
    }

    [Fact]
    public async Task Inside_the_grace_period_Unhealthy_is_refused_by_default()
    {
        cloud.AutoScaling.HealthCheckGracePeriod = TimeSpan.FromSeconds(300);
        AssertError(await SetHealthAsync("Unhealthy"), 400, "ValidationError", "less than the configured grace period of 300 seconds");
        Assert.Empty(cloud.AutoScaling.Reports);
    }

    [Fact]
    public async Task The_grace_period_need_not_be_respected()
    {
        cloud.AutoScaling.HealthCheckGracePeriod = TimeSpan.FromSeconds(300);
        var answer = await CallAsync("SetInstanceHealth",
            ("HealthStatus", "Unhealthy"), ("InstanceId", instance.InstanceId), ("ShouldRespectGracePeriod", "false"));
        Assert.Equal(200, answer.Code);
    }

    [Fact]
    public async Task After_the_grace_period_Unhealthy_is_taken()
    {
        cloud.AutoScaling.HealthCheckGracePeriod = TimeSpan.FromSeconds(300);
        instance.LaunchTime -= TimeSpan.FromSeconds(301);
        Assert.Equal(200, (await SetHealthAsync("Unhealthy")).Code);
    }

    [Fact]
    public async Task An_unknown_action_is_refused() => AssertError(await CallAsync("SetInstanceHealt"), 400, "InvalidAction");

    [Fact]
    public async Task Another_version_is_refused() => AssertError(
        await wire.FormAsync(cloud, new Signing(instance.StaticKey), ("Action", "SetInstanceHealth"), ("Version", "2016-11-15")), 400, "InvalidAction");

    [Fact]
    public async Task Instances_are_described_with_group_state_and_health()
    {
        cloud.AddInstance(new InstanceOptions("i-2", "eu-west-1b", "10.0.0.2"));
        var answer = await CallAsync("DescribeAutoScalingInstances", ("InstanceIds.member.1", instance.InstanceId));
        var member = Assert.Single(XElement.Parse(answer.Body).Descendants(Ns + "member"));
        Assert.Equal((instance.InstanceId, "nats", "InService", "HEALTHY"),
            (member.Element(Ns + "InstanceId")!.Value, member.Element(Ns + "AutoScalingGroupName")!.Value,
                member.Element(Ns + "LifecycleState")!.Value, member.Element(Ns + "HealthStatus")!.Value));
    }

    [Fact]
    public async Task Hooks_are_described()
    {
        cloud.AutoScaling.Hooks.Add(new LifecycleHook("drain", TimeSpan.FromSeconds(90)));
        var answer = await CallAsync("DescribeLifecycleHooks", ("AutoScalingGroupName", "nats"));
        var member = Assert.Single(XElement.Parse(answer.Body).Descendants(Ns + "member"));
        Assert.Equal(("drain", "90"), (member.Element(Ns + "LifecycleHookName")!.Value, member.Element(Ns + "HeartbeatTimeout")!.Value));
    }

    [Fact]
    public async Task An_unknown_groups_hooks_are_refused() =>
        AssertError(await CallAsync("DescribeLifecycleHooks", ("AutoScalingGroupName", "other")), 400, "ValidationError", "'other' not found");

    [Fact]
    public async Task A_waiting_instance_may_beat_and_complete_its_own_hook()
    {
        cloud.AutoScaling.Hooks.Add(new LifecycleHook("drain", TimeSpan.FromSeconds(90)));
        var action = cloud.AutoScaling.Terminate(instance)!;
        var deadline = action.Deadline;
        Assert.Equal("Terminated", instance.TargetLifecycleState);
        Assert.Equal(200, (await OnHookAsync("RecordLifecycleActionHeartbeat")).Code);
        Assert.True(action.Deadline > deadline);
        Assert.Equal(200, (await OnHookAsync("CompleteLifecycleAction", ("LifecycleActionResult", "CONTINUE"))).Code);
        Assert.Equal(("CONTINUE", 1, "Terminating:Proceed"), (action.Result, action.Heartbeats, instance.LifecycleState));
    }

    [Fact]
    public async Task Without_a_wait_there_is_nothing_to_complete() => AssertError(
        await OnHookAsync("CompleteLifecycleAction", ("LifecycleActionResult", "CONTINUE")), 400, "ValidationError",
        "No active Lifecycle Action found with instance ID " + instance.InstanceId);

    [Fact]
    public async Task A_wait_ends_at_its_heartbeat_timeout()
    {
        cloud.AutoScaling.Hooks.Add(new LifecycleHook("drain", TimeSpan.FromSeconds(90)));
        cloud.AutoScaling.Terminate(instance);
        cloud.ClockOffset = TimeSpan.FromSeconds(91);
        AssertError(await OnHookAsync("RecordLifecycleActionHeartbeat"), 400, "ValidationError", "No active Lifecycle Action");
    }

    private Task<Answer> OnHookAsync(string action, params (string, string)[] more) => CallAsync(action,
        [("LifecycleHookName", "drain"), ("AutoScalingGroupName", "nats"), ("InstanceId", instance.InstanceId), .. more]);

    private Task<Answer> SetHealthAsync(string status, Signing? signing = null) => wire.FormAsync(cloud, signing ?? new Signing(instance.StaticKey),
        ("Action", "SetInstanceHealth"), ("Version", "2011-01-01"), ("HealthStatus", status), ("InstanceId", instance.InstanceId));

    private Task<Answer> CallAsync(string action, params (string, string)[] fields) =>
        wire.FormAsync(cloud, new Signing(instance.StaticKey), [("Action", action), ("Version", "2011-01-01"), .. fields]);

    private static void AssertError(Answer answer, int status, string code, string words = "")
    {
        var error = XElement.Parse(answer.Body).Element(Ns + "Error")!;
        Assert.Equal((status, code), (answer.Code, error.Element(Ns + "Code")!.Value));
        Assert.Contains(words, error.Element(Ns + "Message")!.Value, StringComparison.Ordinal);
        Assert.NotEmpty(XElement.Parse(answer.Body).Element(Ns + "RequestId")!.Value);
    }
}
