using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>
/// Works on one stream, or on one slice of it, while this process owns it: makes the group, takes over what is pending, then
/// reads on. After any trouble it begins from there again, for an answer that got lost may have handed out entries that
/// nobody knows of. A slice reads what was dealt out to it, and its group is made by who deals.
/// </summary>
/// <param name="afterCrash">The work before this ended with a bug: what it had in hand is suspected as a dead process's is.</param>
sealed class ShardWorker(ShardStream shard, ShardStore store, NewEntries news, ShardProgress progress, RouterParts parts,
    Func<bool> isPaused, bool afterCrash)
{
    static readonly TimeSpan TroublePause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan PausedLook = TimeSpan.FromMilliseconds(250);
    const int HandBackPage = 500;
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(15);

    readonly LaneBuffer buffer = new(parts.Settings.ReadCount);
    readonly System.Collections.Generic.HashSet<EntryId> held = [];
    readonly BatchHandling handling = new(shard, store, progress, parts);
    readonly ShardUpkeep upkeep = new(shard, store, progress, parts);
    readonly ShardAlarms alarms = new(shard, progress, parts);

    /// <summary>The entries of a slice are its consumer's, whoever had them in hand.</summary>
    bool suspicious = afterCrash || shard.Part is StreamPart.Slice;
    long groupNumber;
    Phase phase = Phase.Group;
    /// <summary>The last one taken over, and of a slice the last one read.</summary>
    EntryId cursor;
    /// <summary>After which something new is waited for.</summary>
    EntryId delivered;
    DateTimeOffset sweepAt;
    /// <summary>Asked for while others are in hand.</summary>
    Task<Either<ShardProblem, EntriesRead>>? next;

    enum Phase
    {
        Group,
        TakeOver,
        Read,
    }

    bool IsSweepDue => parts.Clock.GetUtcNow() >= sweepAt;

    /// <summary>Returns when told to, with nothing under way, or when the stream is another's.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var turn = await TurnAsync(stopping);
            if (turn.TryGetRight(out _, out var trouble)) continue;
            // What it handed out is pending, and taken over like all that is; what it found lost is told.
            if (next is { } asked) Take(await asked);
            next = null;
            buffer.Clear();
            held.Clear();
            phase = Phase.Group;
            if (trouble is ShardProblem.LeaseLost) return;
            alarms.Tell(trouble);
            await Delays.WaitAsync(TroublePause, parts.Clock, stopping);
        }

        if (next is { } last) Take(await last);
        await HandBackAsync();
    }

    /// <summary>Should it fail, the entries were delivered once more than they were tried.</summary>
    async Task HandBackAsync()
    {
        foreach (var page in Untried(buffer.All).Chunk(HandBackPage))
            if ((await store.ClaimAsync(page)).IsLeft) return;
    }

    static IEnumerable<(EntryId Id, long Deliveries)> Untried(IEnumerable<HeldEntry> entries) =>
        entries.Select(e => (e.Entry.Id, Count: RouterDecisions.HandBack(e))).Where(e => e.Count is not null)
            .Select(e => (e.Id, e.Count!.Value));

    async Task<Either<ShardProblem, Unit>> TurnAsync(CancellationToken stopping)
    {
        if (isPaused())
        {
            await upkeep.LookAsync();
            await Delays.WaitAsync(PausedLook, parts.Clock, stopping);
            return Unit.Default;
        }

        if (!(next is { } asked ? Take(await asked) : await FillAsync()).TryGetRight(out _, out var trouble)) return trouble;
        var batch = buffer.Next(parts.Clock.GetUtcNow(), parts.Settings.ReadCount);
        // Redis reads the next ones while these are decided; not when a sweep is due, which wants nothing in hand.
        next = batch.Count == parts.Settings.ReadCount && buffer.IsEmpty && phase == Phase.Read && !IsSweepDue ? AskAsync() : null;
        if (batch.Count > 0 && !(await handling.HandleAsync(batch, buffer, held)).TryGetRight(out _, out trouble)) return trouble;
        if (!(await ReleaseAsync()).TryGetRight(out _, out trouble)) return trouble;
        progress.Update(s => s with { InHand = buffer.Count, Held = held.Count, Problem = null, ProblemSince = null });
        if (!(await upkeep.KeepAsync()).TryGetRight(out _, out trouble)) return trouble;
        if (batch.Count == 0 && phase == Phase.Read) await news.WaitAsync(delivered, buffer.NextDue, stopping);
        return Unit.Default;
    }

    async Task<Either<ShardProblem, Unit>> FillAsync()
    {
        if (buffer.Drained is { } drained && !(await RefillAsync(drained.Lane, drained.After)).TryGetRight(out _, out var trouble))
            return trouble;
        // These do not wait for anything: the next step takes of them.
        if (buffer.FreshCount >= parts.Settings.ReadCount * 5) return Unit.Default;
        return await (phase switch
        {
            Phase.Group => BeginAsync(),
            Phase.TakeOver => TakeOverAsync(),
            Phase.Read when buffer.IsEmpty && IsSweepDue => SweepAsync(),
            Phase.Read => ReadAsync(),
            _ => throw new UnreachableException(),
        });
    }

    async Task<Either<ShardProblem, Unit>> BeginAsync()
    {
        if (shard.Part is StreamPart.Slice)
        {
            if (!(await store.GroupNumberAsync()).TryGetRight(out groupNumber, out var missing)) return missing;
        }
        else
        {
            if (!(await store.EnsureGroupAsync()).TryGetRight(out _, out var trouble)) return trouble;
        }

        return await SweepAsync();
    }

    Task<Either<ShardProblem, Unit>> SweepAsync()
    {
        (phase, cursor) = (Phase.TakeOver, EntryId.Zero);
        sweepAt = parts.Clock.GetUtcNow() + SweepInterval;
        return TakeOverAsync();
    }

    /// <summary>One page of what is pending; the last page is the one that is empty.</summary>
    async Task<Either<ShardProblem, Unit>> TakeOverAsync()
    {
        if (!(await store.PendingAsync(cursor, parts.Settings.ReadCount)).TryGetRight(out var page, out var trouble)) return trouble;
        if (page.Count == 0)
        {
            (phase, suspicious) = (Phase.Read, false);
            return Unit.Default;
        }

        cursor = page[^1].Id;
        var me = suspicious ? "" : store.Consumer;
        var taken = page.Where(i => !held.Contains(i.Id)).Select(i => (i.Id, i.Consumer, Takeover: TakeoverOf(i, me)))
            .Where(i => i.Takeover is not Takeover.Leave).ToArray();
        if (!(await store.ClaimAsync([.. taken.Select(t => (t.Id, CountOf(t.Takeover)))]))
            .TryGetRight(out var entries, out trouble)) return trouble;
        var takeovers = taken.ToDictionary(t => t.Id, t => t.Takeover);
        foreach (var entry in entries) buffer.Add(TakenOver(entry, takeovers[entry.Id]));

        var strangers = taken.Count(t => t.Consumer != store.Consumer || suspicious);
        if (strangers > 0) parts.Meter.TakenOver(shard.Key, strangers);
        if (taken.Length > entries.Count) alarms.TellOfLoss(taken.Length - entries.Count);
        return Unit.Default;
    }

    /// <summary>What was let go of was not delivered, as at a stop in order.</summary>
    async Task<Either<ShardProblem, Unit>> ReleaseAsync()
    {
        foreach (var page in Untried(buffer.TakeReleased()).Chunk(HandBackPage))
        {
            if (!(await store.ClaimAsync(page)).TryGetRight(out var there, out var trouble)) return trouble;
            if (page.Length > there.Count) alarms.TellOfLoss(page.Length - there.Count);
        }

        return Unit.Default;
    }

    /// <summary>A page of what a lane had to let go of, taken over like all that is pending.</summary>
    async Task<Either<ShardProblem, Unit>> RefillAsync(int lane, EntryId after)
    {
        if (!(await store.PendingAsync(after, parts.Settings.ReadCount)).TryGetRight(out var page, out var trouble)) return trouble;
        // What was not read, not taken over or not looked at yet is still to come by itself.
        var known = page.TakeWhile(i => i.Id <= cursor && !(buffer.NextFresh <= i.Id)).ToArray();
        EntryId? behind = known.Length > 0 && known.Length == page.Count ? known[^1].Id : null;
        var mine = known.Where(i => i.Consumer == store.Consumer && !held.Contains(i.Id)).ToDictionary(i => i.Id);
        if (!(await store.EntriesAsync([.. mine.Keys])).TryGetRight(out var entries, out trouble)) return trouble;
        var takeovers = entries.Where(e => LaneOf(e) == lane).ToDictionary(e => e.Id, e => TakeoverOf(mine[e.Id], me: ""));
        if (!(await store.ClaimAsync([.. takeovers.Select(t => (t.Key, CountOf(t.Value)))])).TryGetRight(out var taken, out trouble))
            return trouble;
        if (takeovers.Count > taken.Count) alarms.TellOfLoss(takeovers.Count - taken.Count);
        buffer.Refill(lane, [.. taken.Select(e => TakenOver(e, takeovers[e.Id]))], behind);
        return Unit.Default;
    }

    HeldEntry TakenOver(StreamEntry entry, Takeover how) => HeldEntry.Fresh(entry, LaneOf(entry)) with
    {
        Deliveries = CountOf(how), Alone = how is Takeover.Alone, Doomed = how is Takeover.DeadLetter,
    };

    Takeover TakeoverOf(PendingItem item, string me) => RouterDecisions.TakeOver(
        item, me, name => name.StartsWith(RouterKeys.ConsumerPrefix, StringComparison.Ordinal), parts.Settings.DeliveryLimit);

    static long CountOf(Takeover takeover) => takeover switch
    {
        Takeover.Together(var count) => count,
        Takeover.Alone(var count) => count,
        Takeover.DeadLetter(var count) => count,
        _ => throw new UnreachableException(),
    };

    async Task<Either<ShardProblem, Unit>> ReadAsync() => Take(await AskAsync());

    Task<Either<ShardProblem, EntriesRead>> AskAsync() => shard.Part is StreamPart.Slice
        ? store.NextAsync(cursor, parts.Settings.ReadCount, groupNumber)
        : store.ReadAsync(parts.Settings.ReadCount);

    Either<ShardProblem, Unit> Take(Either<ShardProblem, EntriesRead> asked)
    {
        if (!asked.TryGetRight(out var read, out var trouble))
        {
            parts.Meter.Read("error");
            return trouble;
        }

        parts.Meter.Read(read.Entries.Count == 0 ? "empty" : "success");
        alarms.Note(read);
        if (read.Entries.Count > 0) cursor = read.Entries[^1].Id;
        delivered = read.Entries.Count == 0 || shard.Part is StreamPart.Slice ? read.Before : cursor;
        foreach (var entry in read.Entries) buffer.Add(HeldEntry.Fresh(entry, LaneOf(entry)));
        return Unit.Default;
    }

    int LaneOf(StreamEntry entry) =>
        ShardHash.LaneOf(parts.Handlers.OrderKeyOf(shard.Domain, entry), shard.Shards, BatchHandling.Lanes);
}
