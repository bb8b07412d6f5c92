using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Processing;

/// <summary>Renews the leases of all that this process holds, three times within the life of one.</summary>
sealed class LeaseKeeper(BrokerStore store, Lanes lanes, Func<BrokerTuning> tuning, TimeProvider clock)
{
    public async Task RunAsync(CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(tuning().Lease / 3, clock, ended);
                var held = lanes.All().SelectMany(l => l.Held).ToArray();
                if (held.Length == 0) continue;
                var until = clock.GetUtcNow() + tuning().Lease;
                var renewed = await store.Renew([.. held.Select(h => h.Lease)], until, ended);
                NoteRenewal(held, renewed, until);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>What is not held any more is let go of; what could not be renewed, when its time is up.</summary>
    void NoteRenewal(HeldHandling[] held, Either<StoreFailure, IReadOnlySet<Guid>> renewed, DateTimeOffset until)
    {
        var answered = renewed.TryGetRight(out var kept, out _);
        foreach (var handling in held)
        {
            if (answered && kept!.Contains(handling.Claimed.HandlingId)) handling.LeasedUntil = until;
            else if (answered || handling.LeasedUntil <= clock.GetUtcNow()) handling.Lose();
        }
    }
}
