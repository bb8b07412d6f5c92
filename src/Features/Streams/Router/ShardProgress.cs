namespace Hobom.Slices.Streams;

/// <summary>How one shard fares in this process, as others may see it at any time.</summary>
/// <param name="LastApplied">The youngest id that was applied here.</param>
/// <param name="Dealt">Entries given to shards; 0 for what deals out nothing.</param>
/// <param name="Problem">What keeps it from going on, or null.</param>
/// <param name="ProblemSince">When that began.</param>
/// <param name="StalledSince">Entries wait and none was done since then; null where it goes on or nothing waits.</param>
/// <param name="Alarm">Loss that a person should know of, the last one seen; null where none was.</param>
public sealed record ShardStatus(
    string Stream, EntryId? LastApplied, long Applied, long DeadLetters, long LostEntries, long Gaps, int Held, int InHand,
    string? Problem, DateTimeOffset? ProblemSince, DateTimeOffset? StalledSince, string? Alarm, DateTimeOffset? AlarmAt,
    long Dealt)
{
    public static ShardStatus Of(string stream) => new(stream, null, 0, 0, 0, 0, 0, 0, null, null, null, null, null, 0);
}

/// <summary>Kept for the life of the process, whoever owns the shard meanwhile.</summary>
public sealed class ShardProgress(string stream)
{
    readonly Lock gate = new();
    ShardStatus status = ShardStatus.Of(stream);
    StreamSeen? seen;

    /// <summary>The stream as this process has last seen it, as its owner; null where it has not.</summary>
    internal StreamSeen? Seen
    {
        get
        {
            lock (gate) return seen;
        }
        set
        {
            lock (gate) seen = value;
        }
    }

    public ShardStatus Status
    {
        get
        {
            lock (gate) return status;
        }
    }

    public void Update(Func<ShardStatus, ShardStatus> change)
    {
        lock (gate) status = change(status);
    }
}
