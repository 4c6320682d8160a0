namespace LocalCloud;

/// <summary>What an instance has below /latest/ at this moment: path to value. What is not here answers 404.</summary>
internal static class MetadataTree
{
    private const string Account = "123456789012";

    public static SortedDictionary<string, string> Of(Instance instance)
    {
        var tree = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["meta-data/ami-id"] = instance.AmiId,
            ["meta-data/instance-id"] = instance.InstanceId,
            ["meta-data/instance-type"] = instance.InstanceType,
            ["meta-data/local-ipv4"] = instance.LocalIpv4,
            ["meta-data/placement/availability-zone"] = instance.AvailabilityZone,
            ["meta-data/placement/region"] = instance.Region,
            ["meta-data/events/maintenance/scheduled"] = instance.ScheduledMaintenance,
            ["dynamic/instance-identity/document"] = Document(instance),
        };
        Put("meta-data/public-ipv4", instance.PublicIpv4);
        Put("meta-data/ipv6", instance.Ipv6);
        Put("meta-data/spot/instance-action", instance.SpotInstanceAction);
        Put("meta-data/events/recommendations/rebalance", instance.RebalanceRecommendation);
        Put("meta-data/autoscaling/target-lifecycle-state", instance.Group is null ? null : instance.TargetLifecycleState);
        Put("user-data", instance.UserData);
        if (instance.RoleName is { } role)
        {
            tree[$"meta-data/iam/security-credentials/{role}"] = Credentials(instance);
        }
        foreach (var (path, value) in instance.Overrides)
        {
            tree.Remove(path);
            Put(path, value);
        }
        return tree;

        void Put(string path, string? value)
        {
            if (value is not null) tree[path] = value;
        }
    }

    /// <summary>The names below a folder, one a line, folders with a slash at the end; null when there is no such folder.</summary>
    public static string? List(SortedDictionary<string, string> tree, string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var names = tree.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..])
            .Select(k => k.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? k[..(slash + 1)] : k).Distinct().ToList();
        return names.Count == 0 ? null : string.Join('\n', names);
    }

    private static string Credentials(Instance instance)
    {
        var key = instance.RoleKey;
        return $$"""
            {
              "Code" : "Success",
              "LastUpdated" : "{{Instance.Stamp(key.Expiration!.Value - instance.KeyLifetime)}}",
              "Type" : "AWS-HMAC",
              "AccessKeyId" : "{{key.AccessKeyId}}",
              "SecretAccessKey" : "{{key.SecretAccessKey}}",
              "Token" : "{{key.SessionToken}}",
              "Expiration" : "{{Instance.Stamp(key.Expiration.Value)}}"
            }
            """;
    }

    private static string Document(Instance instance) => $$"""
        {
          "accountId" : "{{Account}}",
          "architecture" : "x86_64",
          "availabilityZone" : "{{instance.AvailabilityZone}}",
          "billingProducts" : null,
          "devpayProductCodes" : null,
          "marketplaceProductCodes" : null,
          "imageId" : "{{instance.AmiId}}",
          "instanceId" : "{{instance.InstanceId}}",
          "instanceType" : "{{instance.InstanceType}}",
          "kernelId" : null,
          "pendingTime" : "{{Instance.Stamp(instance.LaunchTime)}}",
          "privateIp" : "{{instance.LocalIpv4}}",
          "ramdiskId" : null,
          "region" : "{{instance.Region}}",
          "version" : "2017-09-30"
        }
        """;
}
