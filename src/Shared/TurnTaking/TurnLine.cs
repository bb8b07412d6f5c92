using LanguageExt;

namespace Hobom.Slices.TurnTaking;

/// <summary>Why somebody got no turn.</summary>
enum TurnRefusal
{
    /// <summary>There are no more turns: the line is closed.</summary>
    Closed,

    /// <summary>Those before took longer than who asked would wait.</summary>
    TooLong,
}

/// <summary>
/// One at a time, in the order in which they asked. When it is closed, all who wait and all who come later are refused at once;
/// who has the turn may end what he does. Compiled into each part that has a line, for they have no place in common but the core,
/// where nothing waits.
/// </summary>
/// <remarks>A semaphore alone does not do: those who wait for one that is disposed of wait for ever.</remarks>
sealed class TurnLine : IDisposable
{
    readonly SemaphoreSlim turn = new(1, 1);
    readonly CancellationTokenSource closing = new();

    /// <returns>To be disposed when the turn is over.</returns>
    /// <exception cref="OperationCanceledException">Told to stop while waiting.</exception>
    public Task<Either<TurnRefusal, IDisposable>> TakeAsync(CancellationToken stopping) => TakeAsync(Timeout.InfiniteTimeSpan, stopping);

    /// <inheritdoc cref="TakeAsync(CancellationToken)"/>
    public async Task<Either<TurnRefusal, IDisposable>> TakeAsync(TimeSpan limit, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        if (!turn.Wait(0, CancellationToken.None) && await RefusalOfWaitAsync(limit, stopping) is { } refusal) return refusal;
        if (!closing.IsCancellationRequested) return new Turn(turn);
        turn.Release();
        return TurnRefusal.Closed;
    }

    /// <summary>Closes it. Who has the turn may give it back later.</summary>
    public void Dispose() => closing.Cancel();

    /// <summary>Closes it, and returns when nobody has the turn any more.</summary>
    public async Task CloseAsync()
    {
        await closing.CancelAsync();
        await turn.WaitAsync();
        turn.Release();
    }

    /// <summary>Null where the turn has come.</summary>
    async Task<TurnRefusal?> RefusalOfWaitAsync(TimeSpan limit, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping, closing.Token);
        try
        {
            return await turn.WaitAsync(limit, over.Token) ? null : TurnRefusal.TooLong;
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            return TurnRefusal.Closed;
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(stopping);
        }
    }

    sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0) turn.Release();
        }
    }
}
