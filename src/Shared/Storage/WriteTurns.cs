namespace Hobom.Slices.Storage;

/// <summary>
/// For a database that lets one write at a time and has others ask again and again: those of this process wait in line
/// instead, so that none is passed over by those who came later.
/// </summary>
/// <param name="limit">Whoever has waited so long is refused with a <see cref="TimeoutException"/>.</param>
public sealed class WriteTurns(TimeSpan limit) : IDisposable
{
    readonly SemaphoreSlim turn = new(1, 1);

    /// <returns>To be disposed when the writing is over.</returns>
    public async Task<IDisposable> TakeAsync(CancellationToken stopping)
    {
        if (!await turn.WaitAsync(limit, stopping)) throw new TimeoutException($"another write of this process took longer than {limit}");
        return new Turn(turn);
    }

    public void Dispose() => turn.Dispose();

    sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) == 0) turn.Release();
        }
    }
}
