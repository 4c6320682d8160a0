using System.Text;
using AwsNats.Settings;

namespace AwsNats.ServerConfig;

/// <summary>The text of the server's configuration file: the same bytes for the same model, whatever the order of the roster.</summary>
internal static class ServerConfigText
{
    private const string Header =
        """
        # Written by aws-nats, and written anew when the cluster changes: edits here are lost.
        # Settings of your own (JetStream, accounts, TLS, leafnodes, websocket) belong in a file named by `include` in the [server]
        # section of aws-nats.conf. It is read last; a block that stands here and there is taken from there alone.


        """;

    /// <exception cref="ArgumentException">The include's path cannot be expressed: see <see cref="IncludeStatement.Fault"/>.</exception>
    public static string Render(ServerConfigModel model)
    {
        var features = ServerFeatures.Of(model.Fixed.ServerVersion);
        var text = new StringBuilder(Header);
        AppendServer(text, model.Fixed, features);
        AppendAuthorization(text, model.Access);
        AppendCluster(text, model, features);
        if (model.Fixed.Include is { } include) text.Append('\n').Append(IncludeStatement.Of(include)).Append('\n');
        return text.ToString();
    }

    private static void AppendServer(StringBuilder text, FixedPart part, ServerFeatures features)
    {
        if (features.ServerName) AppendLine(text, "server_name", part.ServerName);
        AppendLine(text, "listen", HostAddress.WithPort(part.ClientHost, part.ClientPort));
        AppendLine(text, "http", HostAddress.WithPort(part.MonitorHost, part.MonitorPort));
        if (features.Tags && !part.Tags.IsDefaultOrEmpty)
        {
            text.Append("server_tags: [");
            for (var i = 0; i < part.Tags.Length; i++) text.Append(i == 0 ? "" : ", ").AppendQuoted(part.Tags[i]);
            text.Append("]\n");
        }

        if (features.LameDuckDuration) AppendLine(text, "lame_duck_duration", ConfigString.Duration(part.LameDuckDuration));
        if (features.LameDuckGrace) AppendLine(text, "lame_duck_grace_period", ConfigString.Duration(part.LameDuckGrace));
    }

    private static void AppendAuthorization(StringBuilder text, AccessPart access)
    {
        var hasUser = !string.IsNullOrEmpty(access.User);
        if (!hasUser && access.Timeout is null) return;
        text.Append("\nauthorization {\n");
        if (hasUser)
        {
            // A list of one: at each reload a server with a lone user and password here takes its clients for moved to another account and
            // disconnects every one of them (measured on 2.9.10, 2.10.27 and 2.15.1).
            text.Append("  users: [\n    {\n");
            AppendCredentials(text, "      ", access.User!, access.Password);
            text.Append("    }\n  ]\n");
        }

        // Milliseconds, and never an exponent: the server takes 1E-05 for a string.
        if (access.Timeout is { } seconds) text.Append($"  timeout: {seconds:0.###}\n");
        text.Append("}\n");
    }

    private static void AppendCluster(StringBuilder text, ServerConfigModel model, ServerFeatures features)
    {
        var part = model.Fixed;
        text.Append("\ncluster {\n");
        if (features.ClusterName) AppendLine(text, "  name", part.ClusterName);
        AppendLine(text, "  listen", HostAddress.WithPort(part.ClusterHost, part.ClusterPort));
        // Without it the others dial whichever of the host's addresses the connection came from, and the mesh may stay incomplete.
        AppendLine(text, "  advertise", HostAddress.WithPort(HostAddress.Normalize(part.Address), part.ClusterPort));
        if (!string.IsNullOrEmpty(model.Access.RouteUser))
        {
            text.Append("  authorization {\n");
            AppendCredentials(text, "    ", model.Access.RouteUser, model.Access.RoutePassword);
            text.Append("  }\n");
        }

        var routes = RouteUrl.All(model);
        if (!routes.IsEmpty)
        {
            text.Append("  routes: [\n");
            foreach (var route in routes) text.Append("    ").AppendQuoted(route).Append('\n');
            text.Append("  ]\n");
        }

        text.Append("}\n");
    }

    private static void AppendCredentials(StringBuilder text, string indent, string user, Secret? password)
    {
        AppendLine(text, $"{indent}user", user);
        AppendLine(text, $"{indent}password", password?.Reveal() ?? "");
    }

    private static void AppendLine(StringBuilder text, string key, string value) =>
        text.Append(key).Append(": ").AppendQuoted(value).Append('\n');
}
