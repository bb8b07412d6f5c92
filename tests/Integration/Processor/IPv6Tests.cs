using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Addresses in brackets are dialled and listened at, not only read.</summary>
public sealed class IPv6Tests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task The_processor_polls_a_backend_and_answers_at_an_IPv6_address()
    {
        if (!Socket.OSSupportsIPv6 || FreePort() is not { } port) return;
        // The backend itself listens at 127.0.0.1.
        var main = int.Parse(Neighbours.Backends.MainAddress.Split(':')[1], CultureInfo.InvariantCulture);
        await using var backend = new TcpForwarder(main, IPAddress.IPv6Loopback);
        await using var processor = await StartAsync(("HOBOM_GRPC_ADDR", backend.Address), ("HOBOM_HTTP_ADDR", $"[::1]:{port}"));
        await Outbox.GenerateAsync(Prefix, 2);
        await Outbox.EachIsSentOnceAsync(2, processor);
        await processor.StopAsync();
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
