namespace PuppetServer;

/// <summary>
/// What the puppet is told to do. Orders are lines `# puppet: name value` of the file given by -c (a comment to the real server), lines
/// `name value` of a file named like the executable that was started with `.puppet` behind (so that a link to the puppet has a character of
/// its own, --version included), and arguments `--puppet=name value`. The first found counts.
/// <list type="table">
/// <item><term>version TEXT</term><description>answer to -v and --version</description></item>
/// <item><term>test-exit N, test-words TEXT</term><description>answer to -t</description></item>
/// <item><term>hang</term><description>never answer -v, -t, or anything</description></item>
/// <item><term>exit N, after MS</term><description>end with that code after so many milliseconds (0)</description></item>
/// <item><term>exit-on-signal N</term><description>the code of the end by INT, TERM or USR2 (0)</description></item>
/// <item><term>ignore INT,TERM,USR2,HUP</term><description>signals that change nothing; they are still written down</description></item>
/// <item><term>signals FILE</term><description>gets a line `ready` once signals are handled, then a line with the name of each</description></item>
/// <item><term>grandchild FILE</term><description>start a child that lives on; its pid goes to the file</description></item>
/// <item><term>monitor HOST:PORT</term><description>answer /healthz, /varz and /routez; config_load_time moves at each HUP</description></item>
/// <item><term>health STATUS, health-body JSON</term><description>what /healthz answers (200); read anew at each request</description></item>
/// <item><term>routes JSON</term><description>the array in /routez; read anew at each request</description></item>
/// </list>
/// </summary>
internal sealed class Orders
{
    private const string Mark = "# puppet: ", Argument = "--puppet=", Suffix = ".puppet";

    private readonly List<(string Name, string Value)> all = [];

    public static Orders Read(string[] args)
    {
        var orders = new Orders();
        foreach (var argument in args.Where(argument => argument.StartsWith(Argument, StringComparison.Ordinal)))
            orders.Add(argument[Argument.Length..]);
        var flag = Array.IndexOf(args, "-c");
        if (flag >= 0 && flag + 1 < args.Length) orders.AddFile(args[flag + 1], Mark);
        // argv[0] as it was given: .NET's own argument list starts with the assembly instead.
        orders.AddFile(File.ReadAllText("/proc/self/cmdline").Split('\0')[0] + Suffix, "");
        return orders;
    }

    public bool Has(string name) => all.Exists(order => order.Name == name);

    public string? Text(string name) => all.Find(order => order.Name == name).Value;

    public int? Number(string name) => Text(name) is { } text ? int.Parse(text) : null;

    private void AddFile(string path, string mark)
    {
        if (!File.Exists(path)) return;
        foreach (var line in File.ReadAllLines(path).Where(line => line.StartsWith(mark, StringComparison.Ordinal))) Add(line[mark.Length..]);
    }

    private void Add(string order)
    {
        var parts = order.Split(' ', 2);
        all.Add((parts[0], parts.ElementAtOrDefault(1) ?? ""));
    }
}
