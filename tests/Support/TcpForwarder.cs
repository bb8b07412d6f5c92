using System.Net;
using System.Net.Sockets;

namespace Hobom.Slices.Tests.Integration.Redis;

/// <summary>
/// One address before servers that take over from each other, as a load balancer or a virtual IP is: connections that
/// are there stay with the server that they were made to.
/// </summary>
public sealed class MovableAddress : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource ended = new();
    readonly Task accepting;
    volatile int target;

    public MovableAddress(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    public void MoveTo(int port) => target = port;

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
                _ = PassAsync(near, far);
                _ = PassAsync(far, near);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    async Task PassAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), ended.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
        }

        from.Dispose();
        to.Dispose();
    }
}
