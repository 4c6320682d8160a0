using System.Net;

namespace LocalCloud;

/// <summary>
/// The Auto Scaling Query API, version 2011-01-01: form posts signed with SigV4, XML answers, AWS's errors and wording. Request fields and
/// limits are those of the API reference.
/// </summary>
public sealed class AutoScaling : CloudService
{
    public const string DefaultGroup = "nats";
    private const string ApiVersion = "2011-01-01";

    private readonly KeyRing keys;
    private readonly SigV4 signatures;
    private readonly Func<IReadOnlyList<Instance>> instances;
    private readonly Lock gate = new();
    private readonly List<HealthReport> reports = [];
    private readonly List<LifecycleAction> actions = [];

    internal AutoScaling(CloudClock clock, IPEndPoint listen, KeyRing keys, string region, Func<IReadOnlyList<Instance>> instances)
        : base(clock, listen)
    {
        this.keys = keys;
        this.instances = instances;
        signatures = new SigV4(keys, region, "autoscaling");
    }

    /// <summary>HealthCheckGracePeriod of every group; AWS's default by API is 0.</summary>
    public TimeSpan HealthCheckGracePeriod { get; set; } = TimeSpan.Zero;

    /// <summary>The hooks of every group.</summary>
    public List<LifecycleHook> Hooks { get; } = [];

    /// <summary>Every SetInstanceHealth that was carried out, oldest first.</summary>
    public IReadOnlyList<HealthReport> Reports
    {
        get
        {
            lock (gate) return [.. reports];
        }
    }

    /// <summary>The group lets an instance go: target state Terminated, and it waits in the first terminating hook if there is one.</summary>
    /// <returns>The wait, or null without a hook.</returns>
    public LifecycleAction? Terminate(Instance instance)
    {
        instance.TargetLifecycleState = "Terminated";
        var hook = Hooks.FirstOrDefault(h => h.Transition == LifecycleHook.Terminating);
        instance.LifecycleState = hook is null ? "Terminating" : "Terminating:Wait";
        if (hook is null) return null;
        var action = new LifecycleAction(instance, hook, Clock.Now);
        lock (gate) actions.Add(action);
        return action;
    }

    private protected override Call Describe(Request request, DateTimeOffset time)
    {
        var body = BodyText(request);
        var form = Form(body);
        var key = SigV4.NamedKey(request);
        return new Call
        {
            Time = time,
            InstanceId = key is null ? null : keys.Find(key)?.InstanceId,
            Operation = form.GetValueOrDefault("Action", ""),
            Method = request.Method,
            Path = request.RawPath,
            Body = body,
            Parameters = form,
        };
    }

    private protected override Reply FaultReply(Fault fault, Call call) => fault.Kind switch
    {
        FaultKind.Throttled => AutoScalingXml.Error(400, "Throttling", "Rate exceeded"),
        FaultKind.Denied => AutoScalingXml.Error(403, "AccessDenied",
            $"User: arn:aws:sts::123456789012:assumed-role/nats/{call.InstanceId} is not authorized to perform: autoscaling:{call.Operation} because no identity-based policy allows the autoscaling:{call.Operation} action"),
        FaultKind.Contention => AutoScalingXml.Error(500, "ResourceContention", "You already have a pending update to an Amazon EC2 Auto Scaling resource."),
        _ => AutoScalingXml.Error(fault.Status, fault.Status == 503 ? "ServiceUnavailable" : "InternalFailure", "The request processing has failed because of an unknown error."),
    };

    private protected override Task<Reply> HandleAsync(Request request, Call call) => Task.FromResult(Handle(request, call));

    private Reply Handle(Request request, Call call)
    {
        var signature = signatures.Verify(request, Clock.Now);
        if (signature.Key is null) return Refuse(signature);
        if (request.Method != "POST" || !request.Headers.ContentType.ToString().StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal))
            return AutoScalingXml.Error(400, "InvalidAction", "A form post is expected: application/x-www-form-urlencoded.");
        var form = call.Parameters;
        if (form.GetValueOrDefault("Version") != ApiVersion)
            return AutoScalingXml.Error(400, "InvalidAction", $"Could not find operation {call.Operation} for version {form.GetValueOrDefault("Version", "NO_VERSION_SPECIFIED")}");
        lock (gate)
        {
            return call.Operation switch
            {
                "SetInstanceHealth" => SetInstanceHealth(form),
                "DescribeAutoScalingInstances" => DescribeInstances(form),
                "DescribeLifecycleHooks" => DescribeHooks(form),
                "RecordLifecycleActionHeartbeat" => OnAction(form, call.Operation, a => a.Beat(Clock.Now)),
                "CompleteLifecycleAction" => Complete(form),
                "" => AutoScalingXml.Error(400, "MissingAction", "The request is missing an action or a required parameter."),
                _ => AutoScalingXml.Error(400, "InvalidAction", $"Could not find operation {call.Operation} for version {ApiVersion}"),
            };
        }
    }

    private Reply SetInstanceHealth(IReadOnlyDictionary<string, string> form)
    {
        if (Missing(form, "HealthStatus", 32) is { } noStatus) return noStatus; // 32, 19: the API reference's longest
        if (Missing(form, "InstanceId", 19) is { } noId) return noId;
        var (status, id) = (form["HealthStatus"], form["InstanceId"]);
        if (status is not ("Healthy" or "Unhealthy"))
            return Invalid($"Unsupported health status: {status}. Valid values are: Healthy, Unhealthy"); // case matters
        if (form.GetValueOrDefault("ShouldRespectGracePeriod", "true") is var respect && respect is not ("true" or "false"))
            return AutoScalingXml.Error(400, "MalformedInput", $"Unexpected value '{respect}' for a boolean");
        if (instances().FirstOrDefault(i => i.InstanceId == id) is not { Group: not null } instance)
            return Invalid($"Instance Id not found - No managed instance found for instance ID: {id}");
        var age = Clock.Now - instance.LaunchTime;
        if (respect == "true" && status == "Unhealthy" && age < HealthCheckGracePeriod)
            return Invalid($"The age of the instance ({(int)age.TotalSeconds} seconds) is less than the configured grace period of {(int)HealthCheckGracePeriod.TotalSeconds} seconds");
        instance.HealthStatus = status;
        reports.Add(new HealthReport(Clock.Source.GetUtcNow(), id, status, respect == "true"));
        return AutoScalingXml.Done("SetInstanceHealth");
    }

    private Reply DescribeInstances(IReadOnlyDictionary<string, string> form)
    {
        var ids = form.Where(f => f.Key.StartsWith("InstanceIds.member.", StringComparison.Ordinal)).Select(f => f.Value).ToHashSet();
        if (ids.Count > 50) return Invalid("The number of instance IDs must not exceed 50."); // 50: the API reference's most
        return AutoScalingXml.Instances(instances().Where(i => i.Group is not null && (ids.Count == 0 || ids.Contains(i.InstanceId))));
    }

    private Reply DescribeHooks(IReadOnlyDictionary<string, string> form) =>
        MissingGroup(form) ?? AutoScalingXml.Hooks(form["AutoScalingGroupName"], Hooks);

    private Reply Complete(IReadOnlyDictionary<string, string> form)
    {
        if (Missing(form, "LifecycleActionResult", 32) is { } missing) return missing;
        var result = form["LifecycleActionResult"];
        if (result is not ("CONTINUE" or "ABANDON")) return Invalid($"Lifecycle Action Result {result} is not valid. Valid values are: CONTINUE, ABANDON");
        return OnAction(form, "CompleteLifecycleAction", a => a.Complete(result));
    }

    private Reply OnAction(IReadOnlyDictionary<string, string> form, string operation, Action<LifecycleAction> act)
    {
        if ((Missing(form, "LifecycleHookName", 255) ?? MissingGroup(form)) is { } missing) return missing; // 255: the API reference's longest
        var (token, id) = (form.GetValueOrDefault("LifecycleActionToken"), form.GetValueOrDefault("InstanceId"));
        if (token is null && id is null) return Invalid("Either a lifecycle action token or an instance ID is required.");
        var action = actions.FirstOrDefault(a => a.Hook.Name == form["LifecycleHookName"] && a.Instance.Group == form["AutoScalingGroupName"]
            && a.IsActive(Clock.Now) && (token is null || a.Token == token) && (id is null || a.Instance.InstanceId == id));
        if (action is null) return Invalid($"No active Lifecycle Action found with {(token is null ? "instance ID " + id : "token " + token)}");
        act(action);
        return AutoScalingXml.Done(operation, withResult: true);
    }

    private Reply? MissingGroup(IReadOnlyDictionary<string, string> form)
    {
        if (Missing(form, "AutoScalingGroupName", 255) is { } missing) return missing;
        var name = form["AutoScalingGroupName"];
        return instances().Any(i => i.Group == name) ? null : Invalid($"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found");
    }

    private static Reply? Missing(IReadOnlyDictionary<string, string> form, string name, int longest)
    {
        var field = char.ToLowerInvariant(name[0]) + name[1..];
        if (form.GetValueOrDefault(name, "") is not { Length: > 0 } value)
            return Invalid($"1 validation error detected: Value null at '{field}' failed to satisfy constraint: Member must not be null");
        return value.Length > longest
            ? Invalid($"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: Member must have length less than or equal to {longest}")
            : null;
    }

    private static Reply Invalid(string message) => AutoScalingXml.Error(400, "ValidationError", message);

    private static Reply Refuse(SignatureAnswer answer) => answer.Fault switch
    {
        SignatureFault.Missing => AutoScalingXml.Error(403, "MissingAuthenticationToken", answer.Message),
        SignatureFault.Incomplete => AutoScalingXml.Error(400, "IncompleteSignature", answer.Message),
        SignatureFault.UnknownKey => AutoScalingXml.Error(403, "InvalidClientTokenId", answer.Message),
        SignatureFault.ExpiredToken => AutoScalingXml.Error(403, "ExpiredToken", answer.Message),
        _ => AutoScalingXml.Error(403, "SignatureDoesNotMatch", answer.Message),
    };

    private static Dictionary<string, string> Form(string body) => body.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(p => p.Split('=', 2)).GroupBy(p => WebUtility.UrlDecode(p[0]))
        .ToDictionary(g => g.Key, g => g.Last() is [_, var value] ? WebUtility.UrlDecode(value) : "");
}
