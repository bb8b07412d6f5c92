using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Broker.Processing;

/// <summary>
/// Writes the ends of tries, many in one step. One that failed may have been applied: it is written again until the store
/// answers, and where it was applied the repeat changes nothing.
/// </summary>
sealed class Closer(BrokerStore store, TimeProvider clock, CancellationToken givenUp)
{
    static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    BatchedWrites<Closing>? writes;

    public async Task CloseAsync(Closing closing)
    {
        writes ??= new BatchedWrites<Closing>(WriteAsync);
        while ((await writes.Write([closing])).IsLeft && !givenUp.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(RetryDelay, clock, givenUp);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    async Task<Either<StoreFailure, Unit>> WriteAsync(IReadOnlyList<Closing> closings)
    {
        var now = clock.GetUtcNow();
        var written = await store.Close(closings, now, CancellationToken.None);
        return written.Map(_ => Unit.Default);
    }
}
