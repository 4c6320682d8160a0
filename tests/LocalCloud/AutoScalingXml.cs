using System.Globalization;
using System.Xml.Linq;

namespace LocalCloud;

/// <summary>Auto Scaling's answers.</summary>
internal static class AutoScalingXml
{
    private static readonly XNamespace Ns = "http://autoscaling.amazonaws.com/doc/2011-01-01/";

    public static Reply Error(int status, string code, string message)
    {
        var id = NewId();
        return Document(status, id, new XElement(Ns + "ErrorResponse",
            new XElement(Ns + "Error",
                new XElement(Ns + "Type", status < 500 ? "Sender" : "Receiver"),
                new XElement(Ns + "Code", code),
                new XElement(Ns + "Message", message)),
            new XElement(Ns + "RequestId", id)));
    }

    public static Reply Done(string operation, bool withResult = false) =>
        Answer(operation, withResult ? new XElement(Ns + (operation + "Result")) : null);

    public static Reply Instances(IEnumerable<Instance> instances) =>
        Answer("DescribeAutoScalingInstances", new XElement(Ns + "DescribeAutoScalingInstancesResult",
            new XElement(Ns + "AutoScalingInstances", instances.Select(i => Member(
                ("InstanceId", i.InstanceId), ("AutoScalingGroupName", i.Group!), ("AvailabilityZone", i.AvailabilityZone),
                ("LifecycleState", i.LifecycleState), ("HealthStatus", i.HealthStatus.ToUpperInvariant()), // this one call answers in capitals
                ("InstanceType", i.InstanceType), ("ProtectedFromScaleIn", "false"))))));

    public static Reply Hooks(string group, IEnumerable<LifecycleHook> hooks) =>
        Answer("DescribeLifecycleHooks", new XElement(Ns + "DescribeLifecycleHooksResult",
            new XElement(Ns + "LifecycleHooks", hooks.Select(h => Member(
                ("AutoScalingGroupName", group), ("LifecycleHookName", h.Name), ("LifecycleTransition", h.Transition),
                ("HeartbeatTimeout", Seconds(h.HeartbeatTimeout)), ("GlobalTimeout", Seconds(h.GlobalTimeout)), ("DefaultResult", h.DefaultResult))))));

    private static XElement Member(params (string Name, string Value)[] fields) =>
        new(Ns + "member", fields.Select(f => new XElement(Ns + f.Name, f.Value)));

    private static Reply Answer(string operation, XElement? result)
    {
        var id = NewId();
        return Document(200, id, new XElement(Ns + (operation + "Response"), result,
            new XElement(Ns + "ResponseMetadata", new XElement(Ns + "RequestId", id))));
    }

    private static Reply Document(int status, string id, XElement root)
    {
        var reply = Reply.Text(status, "text/xml", root.ToString());
        reply.Headers["x-amzn-RequestId"] = id;
        return reply;
    }

    private static string Seconds(TimeSpan span) => ((int)span.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string NewId() => Guid.NewGuid().ToString();
}
