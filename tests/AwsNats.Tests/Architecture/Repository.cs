namespace AwsNats.Tests.Architecture;

/// <summary>Files of the repository that tests hold against the code.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Read(string path) => System.IO.File.ReadAllText(Path.Combine(Root, path));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "AwsNats.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("no AwsNats.sln above the tests");
        }

        return folder.FullName;
    }
}
