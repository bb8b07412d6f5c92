using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Processing;

/// <summary>Renews the leases of all that this process holds, as soon as one has lost a third of its life.</summary>
sealed class LeaseKeeper(BrokerStore store, Lanes lanes, Func<BrokerTuning> tuning, TimeProvider clock)
{
    /// <summary>The life of a lease is a setting: who slept for as long as an old one lets him would be late for new ones.</summary>
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken ended)
    {
        try
        {
            while (true)
            {
                var third = tuning().Lease / 3;
                await Task.Delay(third < LookInterval ? third : LookInterval, clock, ended);
                var held = lanes.All().SelectMany(l => l.Held).Where(h => !h.Lost.IsCancellationRequested).ToArray();
                var (now, lease) = (clock.GetUtcNow(), tuning().Lease);
                if (!held.Any(h => h.LeasedUntil <= now + (lease * 2 / 3))) continue;
                var until = now + lease;
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
