namespace AwsNats.ServerConfig;
internal static class ServerConfigText { public static string Render(ServerConfigModel model) => model.Fixed.Key; }
