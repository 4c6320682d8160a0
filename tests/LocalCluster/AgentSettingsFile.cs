using System.Text;

namespace LocalCluster;

/// <summary>An agent's settings as its INI file holds them: section and key to value, written in the order they were set.</summary>
public sealed class AgentSettingsFile
{
    private readonly List<(string Section, string Key, string Value)> entries = [];

    /// <summary>Sets a value; null takes the key out. Any text is written as it is, so that tests can write nonsense.</summary>
    public string? this[string section, string key]
    {
        get => entries.Find(e => e.Section == section && e.Key == key).Value;
        set
        {
            var at = entries.FindIndex(e => e.Section == section && e.Key == key);
            if (at >= 0) entries.RemoveAt(at);
            if (value is not null) entries.Insert(at >= 0 ? at : entries.Count, (section, key, value));
        }
    }

    public string Render()
    {
        var text = new StringBuilder();
        foreach (var section in entries.GroupBy(e => e.Section))
        {
            text.Append('[').Append(section.Key).Append("]\n");
            foreach (var (_, key, value) in section) text.Append(key).Append(" = ").Append(value).Append('\n');
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Writes it readable by us alone: it may hold a password.</summary>
    public void Save(string path)
    {
        File.WriteAllText(path, Render());
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
