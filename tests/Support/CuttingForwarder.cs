using System.Net;
using System.Net.Sockets;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>
/// Stands before a Redis and cuts the connection at an EXEC: before Redis has seen it, so that nothing is written, or
/// after Redis has carried it out, so that the answer alone is lost.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    static readonly byte[] Exec = "$4\r\nEXEC\r\n"u8.ToArray();

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource ended = new();
    readonly Lock gate = new();
    readonly int target;
    readonly Task accepting;
    int untilCut;
    bool answerAlone;

    public CuttingProxy(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <param name="exec">Which EXEC from now on, counted from 1; 0 for none.</param>
    public void CutAt(int exec, bool answer)
    {
        lock (gate) (untilCut, answerAlone) = (exec, answer);
    }

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
                var cut = new CancellationTokenSource();
                _ = PassQuestionsAsync(near, far, cut);
                _ = PassAnswersAsync(far, near, cut);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    async Task PassQuestionsAsync(TcpClient near, TcpClient far, CancellationTokenSource cut)
    {
        var bytes = new byte[1 << 16];
        var held = 0;
        try
        {
            while (await near.GetStream().ReadAsync(bytes.AsMemory(held), ended.Token) is > 0 and var count)
            {
                var all = held + count;
                var passed = 0;
                while (bytes.AsSpan(passed, all - passed).IndexOf(Exec) is >= 0 and var at)
                {
                    var end = passed + at + Exec.Length;
                    if (TakeCut() is { } answer)
                    {
                        await cut.CancelAsync();
                        if (answer) await far.GetStream().WriteAsync(bytes.AsMemory(passed, end - passed), ended.Token);
                        near.Close();
                        // Redis reads what was sent to it before it sees the end.
                        far.Client.Shutdown(SocketShutdown.Send);
                        return;
                    }

                    await far.GetStream().WriteAsync(bytes.AsMemory(passed, end - passed), ended.Token);
                    passed = end;
                }

                // A word that is split between two reads is kept back, but no longer than it takes to be told apart.
                held = TailThatMayBegin(bytes.AsSpan(passed, all - passed));
                await far.GetStream().WriteAsync(bytes.AsMemory(passed, all - passed - held), ended.Token);
                bytes.AsSpan(all - held, held).CopyTo(bytes);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }

        near.Close();
    }

    async Task PassAnswersAsync(TcpClient far, TcpClient near, CancellationTokenSource cut)
    {
        var bytes = new byte[1 << 16];
        try
        {
            while (await far.GetStream().ReadAsync(bytes, ended.Token) is > 0 and var count)
                if (!cut.IsCancellationRequested) await near.GetStream().WriteAsync(bytes.AsMemory(0, count), ended.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            await DrainAsync(far, bytes);
        }

        near.Close();
        far.Close();
    }

    async Task DrainAsync(TcpClient far, byte[] bytes)
    {
        try
        {
            while (await far.GetStream().ReadAsync(bytes, ended.Token) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    /// <returns>Whether the answer alone is lost; null where this EXEC passes.</returns>
    bool? TakeCut()
    {
        lock (gate)
        {
            if (untilCut == 0 || --untilCut > 0) return null;
            return answerAlone;
        }
    }

    static int TailThatMayBegin(ReadOnlySpan<byte> text)
    {
        for (var length = Math.Min(Exec.Length - 1, text.Length); length > 0; length--)
            if (text[^length..].SequenceEqual(Exec.AsSpan(0, length))) return length;
        return 0;
    }
}
