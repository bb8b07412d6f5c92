using System.Diagnostics;
using Hobom.Slices.TurnTaking;

namespace Hobom.Slices.Storage;

/// <summary>
/// For a database that lets one write at a time and has others ask again and again: those of this process wait in line
/// instead, so that none is passed over by those who came later. Long ones wait for one another first: a short one waits for one of
/// them at most.
/// </summary>
/// <param name="limit">
/// Whoever has waited so long is refused with a <see cref="TimeoutException"/>, where he does not say that he waits as long as it takes.
/// </param>
public sealed class WriteTurns(TimeSpan limit) : IDisposable
{
    readonly TurnLine line = new();
    readonly TurnLine longOnes = new();

    /// <returns>To be disposed when the writing is over.</returns>
    /// <exception cref="ObjectDisposedException">The store is closed, or was so while this waited in line.</exception>
    public Task<IDisposable> TakeAsync(CancellationToken stopping) => TakeAsync(line, limit, stopping);

    /// <summary>Waits as long as it takes.</summary>
    /// <inheritdoc cref="TakeAsync(CancellationToken)"/>
    public Task<IDisposable> AwaitAsync(CancellationToken stopping) => TakeAsync(line, Timeout.InfiniteTimeSpan, stopping);

    /// <summary>For what may last: waits for others of the kind before it gets into line, and as long as it takes.</summary>
    /// <inheritdoc cref="TakeAsync(CancellationToken)"/>
    public async Task<IDisposable> AwaitLongAsync(CancellationToken stopping)
    {
        var among = await TakeAsync(longOnes, Timeout.InfiniteTimeSpan, stopping);
        try
        {
            return new LongTurn(await AwaitAsync(stopping), among);
        }
        catch
        {
            among.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        line.Dispose();
        longOnes.Dispose();
    }

    async Task<IDisposable> TakeAsync(TurnLine of, TimeSpan wait, CancellationToken stopping) =>
        (await of.TakeAsync(wait, stopping)).Match(
            Right: turn => turn,
            Left: refusal => throw (refusal switch
            {
                TurnRefusal.Closed => new ObjectDisposedException(nameof(WriteTurns), "the store is closed"),
                TurnRefusal.TooLong => new TimeoutException($"another write of this process took longer than {limit}"),
                _ => new UnreachableException(),
            }));

    /// <summary>Those who wait in line already come before the next long one.</summary>
    sealed class LongTurn(IDisposable turn, IDisposable among) : IDisposable
    {
        public void Dispose()
        {
            turn.Dispose();
            among.Dispose();
        }
    }
}
