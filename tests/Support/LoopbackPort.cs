using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Hobom.Slices.Tests.Support;

public static class LoopbackPort
{
    /// <summary>Below the range that Linux gives to outgoing connections, so that it is still free after a restart.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(15_000, 32_768);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }
    }
}
