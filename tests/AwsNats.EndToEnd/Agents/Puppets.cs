using System.Runtime.InteropServices;
using LocalCluster;

namespace AwsNats.EndToEnd.Agents;

/// <summary>Lets a node's agent start a puppet in the server's place.</summary>
internal static class Puppets
{
    /// <param name="orders">See PuppetServer's Orders.</param>
    public static void Use(Node node, params string[] orders)
    {
        var link = Path.Combine(node.Folder, "puppet");
        File.CreateSymbolicLink(link, Path.Combine(AppContext.BaseDirectory, "PuppetServer"));
        File.WriteAllLines(link + ".puppet", orders);
        node.Settings["server", "server"] = link;
        node.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
    }
}
