using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Testcontainers.Kafka;

internal static class LoopbackPorts
{
    /// <summary>
    /// Two different free ports below the range that Linux gives to outgoing connections. Inside that range a client
    /// that keeps trying a stopped broker's port can be given the very port, and the broker could not come back.
    /// </summary>
    public static (int First, int Second) FreePair()
    {
        var free = Enumerable.Repeat(0, 1000)
            .Select(_ => RandomNumberGenerator.GetInt32(15_000, 32_768))
            .Distinct()
            .Where(IsFree)
            .Take(2)
            .ToArray();
        return free is [var first, var second]
            ? (first, second)
            : throw new InvalidOperationException("No two ports between 15000 and 32767 are free.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
