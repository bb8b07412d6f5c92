using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary>What the owner of a shard does now and then: looks how far its groups are, and trims behind them.</summary>
sealed class ShardUpkeep(ShardStream shard, ShardStore store, ShardProgress progress, RouterParts parts)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    readonly ShardAlarms alarms = new(shard, progress, parts);
    DateTimeOffset next;
    long doneBefore;

    public async Task<Either<ShardProblem, Unit>> KeepAsync()
    {
        var now = parts.Clock.GetUtcNow();
        if (now < next) return Unit.Default;
        next = now + Interval;
        if (shard.Part is StreamPart.Slice)
        {
            Note(progress.Status.InHand, now);
            return Unit.Default;
        }

        if (!(await store.GroupsAsync()).TryGetRight(out var groups, out var trouble)) return trouble;
        if (groups.FirstOrDefault(g => g.Position.Name == parts.Settings.Group) is { } mine) Sample(mine, now);
        var keep = parts.Settings.Retention is { } age ? Retention.FirstToKeep(now, age, [.. groups.Select(g => g.Position)]) : null;
        if (!(await store.TrimAsync(keep)).TryGetRight(out var trimmed, out trouble)) return trouble;
        if (trimmed.Trimmed > 0) parts.Meter.Trimmed(shard.Key, trimmed.Trimmed);
        return Unit.Default;
    }

    /// <summary>While nothing is to be read: what others remove meanwhile is seen all the same.</summary>
    public async Task LookAsync()
    {
        if (shard.Part is StreamPart.Slice) return;
        if ((await store.ReadAsync(count: 1, pendingLimit: 0)).TryGetRight(out var look, out _)) alarms.Note(look);
    }

    void Sample(GroupState mine, DateTimeOffset now)
    {
        parts.Meter.Sample(new GroupSample(shard.Key, parts.Settings.Group, store.Consumer, mine.Pending, mine.Lag));
        // What is dealt out is the slices' to tell of.
        var pending = shard.Part is StreamPart.Dealing ? 0 : mine.Pending - progress.Status.Held;
        Note(pending + (mine.Lag ?? 0), now);
    }

    /// <param name="waiting">Entries that could be done now.</param>
    void Note(long waiting, DateTimeOffset now)
    {
        progress.Update(s =>
        {
            var done = s.Applied + s.DeadLetters + s.Dealt;
            var stalls = waiting > 0 && done == doneBefore;
            doneBefore = done;
            return s with { StalledSince = stalls ? s.StalledSince ?? now : null };
        });
    }
}
