using System.Net.Sockets;

namespace Hobom.Slices.Tests.Support;

/// <summary>
/// Stands before a Redis and cuts the connection at an EXEC: before Redis has seen it, so that nothing is written, or
/// after Redis has carried it out, so that the answer alone is lost.
/// </summary>
public sealed class CuttingForwarder(int target) : TcpForwarder(target)
{
    static readonly byte[] Exec = "$4\r\nEXEC\r\n"u8.ToArray();

    readonly Lock gate = new();
    int untilCut;
    bool answerAlone;

    /// <param name="exec">Which EXEC from now on, counted from 1; 0 for none.</param>
    public void CutAt(int exec, bool answer)
    {
        lock (gate) (untilCut, answerAlone) = (exec, answer);
    }

    protected override async Task PassAsync(TcpClient near, TcpClient far)
    {
        using var cut = new CancellationTokenSource();
        await Task.WhenAll(PassQuestionsAsync(near, far, cut), PassAnswersAsync(far, near, cut));
    }

    async Task PassQuestionsAsync(TcpClient near, TcpClient far, CancellationTokenSource cut)
    {
        var bytes = new byte[1 << 16];
        var held = 0;
        try
        {
            while (await near.GetStream().ReadAsync(bytes.AsMemory(held), Ended) is > 0 and var count)
            {
                var all = held + count;
                var passed = 0;
                while (bytes.AsSpan(passed, all - passed).IndexOf(Exec) is >= 0 and var at)
                {
                    var end = passed + at + Exec.Length;
                    if (TakeCut() is { } answer)
                    {
                        await cut.CancelAsync();
                        if (answer) await far.GetStream().WriteAsync(bytes.AsMemory(passed, end - passed), Ended);
                        near.Close();
                        // Redis reads what was sent to it before it sees the end.
                        far.Client.Shutdown(SocketShutdown.Send);
                        return;
                    }

                    await far.GetStream().WriteAsync(bytes.AsMemory(passed, end - passed), Ended);
                    passed = end;
                }

                // A word that is split between two reads is kept back, but no longer than it takes to be told apart.
                held = TailThatMayBegin(bytes.AsSpan(passed, all - passed));
                await far.GetStream().WriteAsync(bytes.AsMemory(passed, all - passed - held), Ended);
                bytes.AsSpan(all - held, held).CopyTo(bytes);
            }
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
        }

        near.Close();
    }

    async Task PassAnswersAsync(TcpClient far, TcpClient near, CancellationTokenSource cut)
    {
        var bytes = new byte[1 << 16];
        try
        {
            while (await far.GetStream().ReadAsync(bytes, Ended) is > 0 and var count)
                if (!cut.IsCancellationRequested) await near.GetStream().WriteAsync(bytes.AsMemory(0, count), Ended);
        }
        catch (Exception e) when (IsEndOfConnection(e))
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
            while (await far.GetStream().ReadAsync(bytes, Ended) > 0)
            {
            }
        }
        catch (Exception e) when (IsEndOfConnection(e))
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
