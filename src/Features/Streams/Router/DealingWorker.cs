using System.Globalization;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>
/// Reads a stream for the owners of its shards: each entry once, in the order of ids, into the pending list of its shard's
/// consumer. It decides nothing and is done with an entry at once, so that no entry holds up another here.
/// </summary>
sealed class DealingWorker(
    ShardStream shard, ShardStore store, NewEntries news, ShardProgress progress, RouterParts parts, Func<bool> isPaused)
{
    /// <summary>Dealt out and not done, of all shards: beyond it the rest stays unread, for a pending entry costs memory.</summary>
    const long PendingLimit = 50_000;
    const int PageLimit = 1000;
    static readonly TimeSpan TroublePause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    readonly ShardAlarms alarms = new(shard, progress, parts);
    readonly ShardUpkeep upkeep = new(shard, store, progress, parts);
    bool isBegun;
    DateTimeOffset sweepAt;

    /// <summary>Returns when told to, or when the stream is another's.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var turn = await TurnAsync(stopping);
            if (turn.TryGetRight(out _, out var trouble)) continue;
            isBegun = false;
            if (trouble is ShardProblem.LeaseLost) return;
            alarms.Tell(trouble);
            await Delays.WaitAsync(TroublePause, parts.Clock, stopping);
        }
    }

    async Task<Either<ShardProblem, Unit>> TurnAsync(CancellationToken stopping)
    {
        if (isPaused())
        {
            await upkeep.LookAsync();
            await Delays.WaitAsync(Look, parts.Clock, stopping);
            return Unit.Default;
        }

        if (!(await BeginAsync()).TryGetRight(out _, out var trouble)) return trouble;
        if (!(await store.ReadAsync(parts.Settings.ReadCount, PendingLimit)).TryGetRight(out var read, out trouble))
        {
            parts.Meter.Read("error");
            return trouble;
        }

        parts.Meter.Read(read.Entries.Count == 0 ? "empty" : "success");
        alarms.Note(read);
        if (!(await DealAsync([.. read.Entries.Select(e => (e, 0L))])).TryGetRight(out _, out trouble)) return trouble;
        progress.Update(s => s with { Dealt = s.Dealt + read.Entries.Count, Problem = null, ProblemSince = null });
        if (!(await upkeep.KeepAsync()).TryGetRight(out _, out trouble)) return trouble;
        if (read.IsFull) await Delays.WaitAsync(Look, parts.Clock, stopping);
        else if (read.Entries.Count == 0) await news.WaitAsync(read.Before, null, stopping);
        return Unit.Default;
    }

    /// <summary>The group is there, and what was read before and not dealt out is dealt out before anything younger is.</summary>
    async Task<Either<ShardProblem, Unit>> BeginAsync()
    {
        if (isBegun && parts.Clock.GetUtcNow() < sweepAt) return Unit.Default;
        if (!(await store.EnsureGroupAsync()).TryGetRight(out _, out var trouble)) return trouble;
        for (var cursor = EntryId.Zero; ;)
        {
            if (!(await store.PendingAsync(cursor, PageLimit)).TryGetRight(out var page, out trouble)) return trouble;
            if (page.Count == 0) break;
            cursor = page[^1].Id;
            if (!(await TakeOverAsync([.. page.Where(IsForHere)])).TryGetRight(out _, out trouble)) return trouble;
        }

        (isBegun, sweepAt) = (true, parts.Clock.GetUtcNow() + RouterDecisions.ForeignIdleLimit);
        return Unit.Default;
    }

    async Task<Either<ShardProblem, Unit>> TakeOverAsync(IReadOnlyList<PendingItem> items)
    {
        if (items.Count == 0) return Unit.Default;
        // A reading that was not followed by a try is none.
        var counts = items.ToDictionary(i => i.Id, i => Math.Max(0, i.Deliveries - 1));
        if (!(await store.ClaimAsync([.. counts.Select(c => (c.Key, c.Value))])).TryGetRight(out var entries, out var trouble))
            return trouble;
        var strangers = items.Count(i => i.Consumer != store.Consumer);
        if (strangers > 0) parts.Meter.TakenOver(shard.Key, strangers);
        if (items.Count > entries.Count) alarms.TellOfLoss(items.Count - entries.Count);
        return await DealAsync([.. entries.Select(e => (e, counts[e.Id]))]);
    }

    async Task<Either<ShardProblem, Unit>> DealAsync(IReadOnlyList<(StreamEntry Entry, long Deliveries)> entries)
    {
        if (entries.Count == 0) return Unit.Default;
        var dealt = await store.DealAsync([.. entries.Select(e => (e.Entry.Id, ShardOf(e.Entry), e.Deliveries))]);
        if (!dealt.TryGetRight(out var given, out var trouble)) return trouble;
        if (given < entries.Count) alarms.TellOfLoss(entries.Count - given);
        return Unit.Default;
    }

    int ShardOf(StreamEntry entry) => ShardHash.ShardOf(parts.Handlers.OrderKeyOf(shard.Domain, entry), shard.Shards);

    /// <summary>What no shard of this number of shards has, and no other program may be at work on.</summary>
    bool IsForHere(PendingItem item)
    {
        if (item.Consumer.StartsWith(RouterKeys.ShardConsumerPrefix, StringComparison.Ordinal))
            return !(int.TryParse(item.Consumer[RouterKeys.ShardConsumerPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture,
                out var number) && number < shard.Shards);
        return item.Consumer.StartsWith(RouterKeys.ConsumerPrefix, StringComparison.Ordinal)
            || item.Idle >= RouterDecisions.ForeignIdleLimit;
    }
}
