using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>The way to a server on this machine over a link on which every byte takes its time, and holds up none behind it.</summary>
sealed class SlowLink : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource ended = new();
    readonly int port;
    readonly TimeSpan oneWay;
    readonly Task accepting;

    /// <param name="oneWay">Half of what an answer takes.</param>
    public SlowLink(int port, TimeSpan oneWay)
    {
        (this.port, this.oneWay) = (port, oneWay);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        listener.Stop();
        await accepting;
        ended.Dispose();
    }

    async Task AcceptAsync()
    {
        var links = new List<Task>();
        try
        {
            while (true) links.Add(LinkAsync(await listener.AcceptTcpClientAsync(ended.Token)));
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(links);
        }
    }

    async Task LinkAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, port, ended.Token);
            (near.NoDelay, far.NoDelay) = (true, true);
            await Task.WhenAny(
                CopyAsync(near.GetStream(), far.GetStream()), CopyAsync(far.GetStream(), near.GetStream()));
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or IOException)
        {
        }
    }

    async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        var underway = Channel.CreateUnbounded<(DateTime Due, byte[] Bytes)>();
        var arriving = ArriveAsync(underway.Reader, to);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, ended.Token) is > 0 and var count)
                await underway.Writer.WriteAsync((DateTime.UtcNow + oneWay, buffer[..count]), ended.Token);
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or ObjectDisposedException)
        {
        }

        underway.Writer.Complete();
        await arriving;
    }

    async Task ArriveAsync(ChannelReader<(DateTime Due, byte[] Bytes)> underway, NetworkStream to)
    {
        try
        {
            await foreach (var (due, bytes) in underway.ReadAllAsync(ended.Token))
            {
                if (due - DateTime.UtcNow is { Ticks: > 0 } wait) await Task.Delay(wait, ended.Token);
                await to.WriteAsync(bytes, ended.Token);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or ObjectDisposedException)
        {
        }
    }
}
