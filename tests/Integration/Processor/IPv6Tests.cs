using System.Net;
using System.Net.Sockets;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Addresses in brackets are dialled and listened at, not only read.</summary>
public sealed class IPv6Tests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task The_processor_polls_a_backend_and_answers_at_an_IPv6_address()
    {
        if (!Socket.OSSupportsIPv6 || FreePort() is not { } port) return;
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();
        var backend = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var stop = new CancellationTokenSource();
        var relaying = RelayAsync(listener, stop.Token);
        await using var processor = await StartAsync(("HOBOM_GRPC_ADDR", $"[::1]:{backend}"), ("HOBOM_HTTP_ADDR", $"[::1]:{port}"));
        await Outbox.GenerateAsync(Prefix, 2);
        await Outbox.EachIsSentOnceAsync(2, processor);
        await processor.StopAsync();
        await stop.CancelAsync();
        await relaying;
    }

    /// <summary>From the IPv6 address to the backend, which listens at 127.0.0.1.</summary>
    async Task RelayAsync(TcpListener listener, CancellationToken stopping)
    {
        var (host, port) = Neighbours.Backends.MainAddress.Split(':') is [var h, var p] ? (h, int.Parse(p)) : default;
        try
        {
            while (true)
            {
                var caller = await listener.AcceptTcpClientAsync(stopping);
                var callee = new TcpClient();
                await callee.ConnectAsync(host!, port, stopping);
                _ = caller.GetStream().CopyToAsync(callee.GetStream(), stopping);
                _ = callee.GetStream().CopyToAsync(caller.GetStream(), stopping);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    static int? FreePort()
    {
        try
        {
            using var probe = new TcpListener(IPAddress.IPv6Loopback, 0);
            probe.Start();
            return ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
