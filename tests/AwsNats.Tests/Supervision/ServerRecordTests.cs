using AwsNats.Supervision;
using CsCheck;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class ServerRecordTests
{
    private static readonly ServerRecord Some = new(4711, 168857, "8e8a6147", "/usr/sbin/nats-server", "/etc/nats.conf", "i-1|nats|10.0.0.1");

    [Fact]
    public void WhatIsWrittenIsReadBackWhateverItHolds() =>
        Gen.Select(Gen.String, Gen.String, Gen.String).Sample((executable, config, key) =>
        {
            var record = Some with { Executable = executable, ConfigPath = config, FixedKey = key };
            return ServerRecord.Parse(record.Render()) == record;
        });

    [Fact]
    public void ATornRecordIsNone()
    {
        var text = Some.Render();
        for (var length = 0; length < text.Length; length++) Assert.Null(ServerRecord.Parse(text[..length]));
    }

    [Theory]
    [InlineData("pid 4711", "pid 0")]
    [InlineData("pid 4711", "pid 1")]
    [InlineData("pid 4711", "pid -1")]
    [InlineData("start 168857", "start soon")]
    [InlineData("aws-nats-server-record 1", "aws-nats-server-record 2")]
    public void ARecordThatCannotBeTrustedIsNone(string line, string instead) =>
        Assert.Null(ServerRecord.Parse(Some.Render().Replace(line, instead)));

    [Fact]
    public void ItsFileIsForItsOwnerOnly()
    {
        using var bench = new ServerBench();
        Assert.Null(ServerRecordFile.Write(bench.RecordPath, Some));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(bench.RecordPath).UnixFileMode);
    }

    [Fact]
    public void AnUnwritableFolderIsToldInTheSystemsWords()
    {
        using var bench = new ServerBench();
        Assert.NotNull(ServerRecordFile.Write(bench.InFolder("absent/record"), Some));
    }
}
