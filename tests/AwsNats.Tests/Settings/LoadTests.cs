using AwsNats.Settings;
using Xunit;

namespace AwsNats.Tests.Settings;

/// <summary>The only part of reading that touches the disk.</summary>
public sealed class LoadTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("aws-nats-settings-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_file_is_read_with_the_secret_files_it_names()
    {
        var secret = Write("secret", "p\n"u8);
        var path = Write("aws-nats.conf", System.Text.Encoding.UTF8.GetBytes($"[DynamoDB]\ntable = rows\n[user]\nnats_user = ü\nnats_pass = file:{secret}\n"));
        var settings = Reading.Settings(SettingsReader.Load(path, []));
        Assert.Equal(("rows", "ü", "p"), (settings.Table, settings.NatsUser, settings.NatsPassword!.Reveal()));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_with_its_name()
    {
        var path = Path.Combine(folder, "missing.conf");
        Assert.StartsWith($"{path}: cannot be read: ", Reading.OneError(SettingsReader.Load(path, [])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_an_error() =>
        Assert.StartsWith($"{folder}: cannot be read: ", Reading.OneError(SettingsReader.Load(folder, [])), StringComparison.Ordinal);

    [Fact]
    public void A_file_in_another_encoding_is_an_error_since_its_password_would_become_another() =>
        Assert.EndsWith(": is not UTF-8: save it in that encoding",
            Reading.OneError(SettingsReader.Load(Write("latin1.conf", [(byte)'[', 0xFC, (byte)']']), [])), StringComparison.Ordinal);

    [Fact]
    public void A_file_without_an_end_is_an_error() =>
        Assert.EndsWith(": is larger than 65536 bytes: is it the right file?", Reading.OneError(SettingsReader.Load("/dev/zero", [])), StringComparison.Ordinal);

    [Theory]
    [InlineData("nats_pass = p", UnixFileMode.OtherRead, true)]
    [InlineData("nats_pass = p", UnixFileMode.GroupRead, false)]
    [InlineData("nats_pass = env:PATH", UnixFileMode.OtherRead, false)]
    public void A_password_in_a_file_that_everybody_can_read_is_a_warning(string line, UnixFileMode also, bool warned)
    {
        var path = Write("aws-nats.conf", System.Text.Encoding.UTF8.GetBytes($"[DynamoDB]\ntable = rows\n[user]\nnats_user = u\n{line}\n"));
        if (!OperatingSystem.IsWindows()) System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | also);
        Assert.Equal(warned, SettingsReader.Load(path, []).Warnings.Any(warning => warning.Contains("chmod o-r", StringComparison.Ordinal)));
    }

    private string Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(folder, name);
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }
}
