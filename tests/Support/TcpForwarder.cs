using System.Net;
using System.Net.Sockets;

namespace Hobom.Slices.Tests.Support;

/// <summary>
/// A loopback address before a server, which passes bytes on both ways; a fault is a class that passes them otherwise.
/// Told to move, it stands before another server, as a load balancer or a virtual IP does: connections that are there stay
/// with the server that they were made to.
/// </summary>
public class TcpForwarder : IAsyncDisposable
{
    readonly TcpListener listener;
    readonly CancellationTokenSource ended = new();
    readonly Task accepting;
    volatile int target;

    /// <param name="target">A port of 127.0.0.1.</param>
    /// <param name="at">Where it listens, at a free port; 127.0.0.1 where nothing is said.</param>
    public TcpForwarder(int target, IPAddress? at = null)
    {
        this.target = target;
        listener = new TcpListener(at ?? IPAddress.Loopback, 0);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Address and port, an IPv6 address in brackets.</summary>
    public string Address => $"{(IPEndPoint)listener.LocalEndpoint}";

    /// <summary>Cancelled when it is disposed of.</summary>
    protected CancellationToken Ended => ended.Token;

    public void MoveTo(int port) => target = port;

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Dispose();
        await accepting;
        ended.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Passes the bytes of one connection until either end closes it.</summary>
    /// <param name="near">Who dialled.</param>
    /// <param name="far">The server.</param>
    protected virtual Task PassAsync(TcpClient near, TcpClient far) =>
        Task.WhenAll(CopyAsync(near, far, () => true), CopyAsync(far, near, () => true));

    /// <param name="passes">Asked for each read: bytes that do not pass are swallowed.</param>
    protected async Task CopyAsync(TcpClient from, TcpClient to, Func<bool> passes)
    {
        var bytes = new byte[1 << 16];
        try
        {
            while (await from.GetStream().ReadAsync(bytes, ended.Token) is > 0 and var count)
                if (passes()) await to.GetStream().WriteAsync(bytes.AsMemory(0, count), ended.Token);
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
        }

        from.Dispose();
        to.Dispose();
    }

    protected static bool IsEndOfConnection(Exception e) =>
        e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync(ended.Token);
                _ = ConnectAsync(near);
            }
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
        }
    }

    async Task ConnectAsync(TcpClient near)
    {
        var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, target, ended.Token);
            await PassAsync(near, far);
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
        }

        near.Dispose();
        far.Dispose();
    }
}
