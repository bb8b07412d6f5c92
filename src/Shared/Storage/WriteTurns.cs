namespace Hobom.Slices.Storage;

/// <summary>
/// For a database that lets one write at a time and has others ask again and again: those of this process wait in line
/// instead, so that none is passed over by those who came later.
/// </summary>
/// <param name="limit">Whoever has waited so long is refused with a <see cref="TimeoutException"/>.</param>
/// <remarks>
/// Whoever stands in line when it is closed is refused when his turn comes. The semaphore itself is not disposed of: those who
/// wait for it then would do so for ever.
/// </remarks>
public sealed class WriteTurns(TimeSpan limit) : IDisposable
{
    readonly SemaphoreSlim turn = new(1, 1);
    volatile bool isClosed;

    /// <returns>To be disposed when the writing is over.</returns>
    public async Task<IDisposable> TakeAsync(CancellationToken stopping)
    {
        if (!await turn.WaitAsync(limit, stopping)) throw new TimeoutException($"another write of this process took longer than {limit}");
        if (!isClosed) return new Turn(turn);
        turn.Release();
        throw new ObjectDisposedException(nameof(WriteTurns), "the store is closed");
    }

    public void Dispose() => isClosed = true;

    sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0) turn.Release();
        }
    }
}
