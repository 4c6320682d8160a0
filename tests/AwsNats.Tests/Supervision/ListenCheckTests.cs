using System.Net;
using System.Net.Sockets;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class ListenCheckTests
{
    [Theory]
    [InlineData("   0: 0100007F:1092 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77293 1 0", "127.0.0.1:4242")]
    [InlineData("   0: 00000000000000000000000000000000:1092 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77293 1", "[::]:4242")]
    [InlineData("   0: 00000000000000000000000001000000:1092 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77293 1", "[::1]:4242")]
    [InlineData("   0: 0000000000000000FFFF00000100007F:1092 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77293 1", "127.0.0.1:4242")]
    public void ListeningSocketsAreReadFromTheKernelsTable(string line, string endPoint)
    {
        var listener = Listener.Parse(line)!;
        Assert.Equal(endPoint, new IPEndPoint(listener.Address, listener.Port).ToString());
        Assert.Equal("77293", listener.Inode);
    }

    [Theory]
    [InlineData("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode")]
    [InlineData("   0: 0100007F:1092 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 77293 1 0")]
    [InlineData("")]
    public void OtherLinesAreNone(string line) => Assert.Null(Listener.Parse(line));

    [Fact]
    public void FreeAddressesAreNoFault()
    {
        using var bench = new ServerBench();
        Assert.Null(ListenCheck.Fault([new("client", bench.Host, bench.FreePort()), new("cluster", "0.0.0.0", bench.FreePort())]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ATakenPortNamesItsHolder(bool wildcard)
    {
        using var bench = new ServerBench();
        using var holder = Listen(bench.Host);
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var fault = ListenCheck.Fault([new("monitor", wildcard ? "0.0.0.0" : bench.Host, port)]);

        Assert.NotNull(fault);
        Assert.Contains($"the monitor port {port}", fault);
        Assert.Contains($"(pid {Posix.OwnPid}, on {bench.Host}:{port})", fault);
    }

    [Fact]
    public void EveryTakenPortIsTold()
    {
        using var bench = new ServerBench();
        using var one = Listen(bench.Host);
        using var two = Listen(bench.Host);
        var fault = ListenCheck.Fault([
            new("client", bench.Host, ((IPEndPoint)one.LocalEndpoint).Port), new("cluster", bench.Host, ((IPEndPoint)two.LocalEndpoint).Port)]);
        Assert.Contains("the client port", fault);
        Assert.Contains("the cluster port", fault);
    }

    [Fact]
    public void AnAddressThatNoInterfaceHasIsToldApart() =>
        Assert.Contains("no interface of this host has the client address 192.0.2.1", ListenCheck.Fault([new("client", "192.0.2.1", 4242)]));

    [Theory]
    [InlineData("some.host.example", 4242)]
    [InlineData("127.0.0.1", -1)]
    public void WhatCannotBeJudgedIsLeftToTheServer(string host, int port) => Assert.Null(ListenCheck.Fault([new("client", host, port)]));

    private static TcpListener Listen(string host)
    {
        var listener = new TcpListener(IPAddress.Parse(host), 0);
        listener.Start();
        return listener;
    }
}
