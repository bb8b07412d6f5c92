using System.Net;
using System.Net.Sockets;

namespace Hobom.Slices.Tests.Integration.Redis;

/// <summary>
/// Stands before a port and passes bytes on. Once told to, it swallows what comes over the connections that it has,
/// as a network does whose other end vanished; connections made after that pass again.
/// </summary>
public sealed class SwallowingProxy : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource ended = new();
    readonly int target;
    readonly Task accepting;
    volatile int epoch;

    public SwallowingProxy(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public void SwallowWhatIsConnected() => epoch++;

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Dispose();
        await accepting;
        ended.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync(ended.Token);
                var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, target, ended.Token);
                _ = PassAsync(near, far, epoch);
                _ = PassAsync(far, near, epoch);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    async Task PassAsync(TcpClient from, TcpClient to, int own)
    {
        var bytes = new byte[65536];
        try
        {
            while (await from.GetStream().ReadAsync(bytes, ended.Token) is > 0 and var count)
                if (own == epoch) await to.GetStream().WriteAsync(bytes.AsMemory(0, count), ended.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }

        from.Dispose();
        to.Dispose();
    }
}
