using System.Text;

namespace AwsNats.Supervision;

/// <summary>
/// What is kept on disk of the running server, so that an agent that starts after a killed one finds it again and mistakes no other
/// process for it. One `name value` a line.
/// </summary>
/// <param name="StartTicks">Clock ticks since boot (field 22 of /proc/pid/stat).</param>
/// <param name="BootId">/proc/sys/kernel/random/boot_id.</param>
/// <param name="Executable">Without links.</param>
/// <param name="ConfigPath">As it stands on the server's command line.</param>
/// <param name="FixedKey">What the caller compares before it keeps the server.</param>
internal sealed record ServerRecord(int Pid, long StartTicks, string BootId, string Executable, string ConfigPath, string FixedKey)
{
    private const string Title = "aws-nats-server-record 1";

    public string Render() =>
        $"{Title}\npid {Pid}\nstart {StartTicks}\nboot {BootId}\nexecutable {Escape(Executable)}\nconfig {Escape(ConfigPath)}\nkey {Escape(FixedKey)}\n";

    /// <returns>Null for anything that <see cref="Render"/> did not write whole.</returns>
    public static ServerRecord? Parse(string text)
    {
        string[] names = ["pid", "start", "boot", "executable", "config", "key"];
        var lines = text.Split('\n');
        if (lines.Length != names.Length + 2 || lines[0] != Title || lines[^1].Length != 0) return null;
        var values = new string[names.Length];
        for (var index = 0; index < names.Length; index++)
        {
            if (!lines[index + 1].StartsWith(names[index] + ' ', StringComparison.Ordinal)) return null;
            values[index] = Unescape(lines[index + 1][(names[index].Length + 1)..]);
        }

        return int.TryParse(values[0], out var pid) && pid > 1 && long.TryParse(values[1], out var start)
            ? new ServerRecord(pid, start, values[2], values[3], values[4], values[5])
            : null;
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\n", "\\n");

    private static string Unescape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var index = 0; index < value.Length; index++)
        {
            if (value[index] != '\\' || index + 1 == value.Length) text.Append(value[index]);
            else text.Append(value[++index] == 'n' ? '\n' : value[index]);
        }

        return text.ToString();
    }
}
