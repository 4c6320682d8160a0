using System.Text;

namespace AwsNats.Supervision;

/// <summary>The file that holds the <see cref="ServerRecord"/>: readable by its owner only, replaced whole.</summary>
internal static class ServerRecordFile
{
    /// <returns>Null, or the system's words.</returns>
    public static string? Write(string path, ServerRecord record)
    {
        var fresh = path + ".new";
        try
        {
            File.Delete(fresh); // left by a killed predecessor, perhaps with other rights
            using (var file = Posix.CreateOwned(fresh))
            {
                if (file.IsInvalid) return Posix.LastErrorText;
                RandomAccess.Write(file, Encoding.UTF8.GetBytes(record.Render()), 0);
            }

            // No fsync: the record says nothing about a later boot.
            File.Move(fresh, path, overwrite: true);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    /// <returns>Null when there is none, or none that can be read.</returns>
    public static ServerRecord? Read(string path) => ProcessTable.Read(path) is { } text ? ServerRecord.Parse(text) : null;

    /// <summary>One that cannot be removed is harmless: it names a process that is gone, which is checked at every reading.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
        }
    }
}
