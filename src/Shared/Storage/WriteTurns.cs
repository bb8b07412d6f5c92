using System.Diagnostics;
using Hobom.Slices.TurnTaking;

namespace Hobom.Slices.Storage;

/// <summary>
/// For a database that lets one write at a time and has others ask again and again: those of this process wait in line
/// instead, so that none is passed over by those who came later.
/// </summary>
/// <param name="limit">Whoever has waited so long is refused with a <see cref="TimeoutException"/>.</param>
public sealed class WriteTurns(TimeSpan limit) : IDisposable
{
    readonly TurnLine line = new();

    /// <returns>To be disposed when the writing is over.</returns>
    /// <exception cref="ObjectDisposedException">The store is closed, or was so while this waited in line.</exception>
    public async Task<IDisposable> TakeAsync(CancellationToken stopping) =>
        (await line.TakeAsync(limit, stopping)).Match(
            Right: turn => turn,
            Left: refusal => throw (refusal switch
            {
                TurnRefusal.Closed => new ObjectDisposedException(nameof(WriteTurns), "the store is closed"),
                TurnRefusal.TooLong => new TimeoutException($"another write of this process took longer than {limit}"),
                _ => new UnreachableException(),
            }));

    public void Dispose() => line.Dispose();
}
