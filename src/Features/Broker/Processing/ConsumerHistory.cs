using Hobom.Slices.Runtime;

namespace Hobom.Slices.Broker.Processing;

/// <summary>Tries of one step of time.</summary>
public sealed record TryCount(long Done, long Failed)
{
    public static TryCount None { get; } = new(0, 0);
}

/// <summary>A consumer's last hour by the minute and last day by half hours, the oldest first; null before the process ran.</summary>
public sealed record ConsumerPast(string Consumer, IReadOnlyList<TryCount?> Hour, IReadOnlyList<TryCount?> Day);

/// <summary>The tries that this process made in the last hour and day, by consumer, in memory: a restart forgets them.</summary>
public sealed class ConsumerHistory(TimeProvider clock)
{
    /// <summary>Names are chosen by others: those that come after so many of one day are not counted.</summary>
    public const int ConsumerLimit = 1000;

    static readonly TimeSpan Past = HistorySpan.Day.Step * HistorySpan.Day.Count;

    /// <summary>Each look goes through all that are known.</summary>
    static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    readonly Lock gate = new();
    readonly DateTimeOffset begun = clock.GetUtcNow();
    readonly Dictionary<string, Seen> byConsumer = new(StringComparer.Ordinal);
    DateTimeOffset lookAgainAt;

    /// <summary>A try that was lost is another process's to count.</summary>
    public void Count(TryMade made)
    {
        if (made.Outcome is TryOutcome.Lost) return;
        var more = made.Outcome is TryOutcome.Done ? new TryCount(1, 0) : new TryCount(0, 1);
        TryCount Add(TryCount? known) => known is null ? more : new TryCount(known.Done + more.Done, known.Failed + more.Failed);
        var now = clock.GetUtcNow();
        lock (gate)
        {
            if (!byConsumer.TryGetValue(made.Consumer, out var seen))
            {
                if (byConsumer.Count >= ConsumerLimit && !ForgetPast(now)) return;
                byConsumer[made.Consumer] = seen = Seen.Nothing();
            }

            seen.LastTry = now;
            seen.Hour.Put(now, Add);
            seen.Day.Put(now, Add);
        }
    }

    /// <summary>The step under way is the last.</summary>
    public IReadOnlyList<ConsumerPast> Of(IEnumerable<string> consumers)
    {
        var now = clock.GetUtcNow();
        TryCount? Unseen(DateTimeOffset end) => end > begun ? TryCount.None : null;
        lock (gate)
        {
            return
            [
                .. consumers.Select(name => (Name: name, Seen: byConsumer.GetValueOrDefault(name) ?? Seen.Nothing()))
                    .Select(c => new ConsumerPast(c.Name, c.Seen.Hour.At(now, Unseen), c.Seen.Day.At(now, Unseen))),
            ];
        }
    }

    /// <returns>Whether there is room now.</returns>
    bool ForgetPast(DateTimeOffset now)
    {
        if (now < lookAgainAt) return false;
        lookAgainAt = now + LookInterval;
        foreach (var (name, _) in byConsumer.Where(c => now - c.Value.LastTry >= Past).ToArray()) byConsumer.Remove(name);
        return byConsumer.Count < ConsumerLimit;
    }

    sealed record Seen(RecentSteps<TryCount> Hour, RecentSteps<TryCount> Day)
    {
        public DateTimeOffset LastTry { get; set; }

        public static Seen Nothing() => new(RecentSteps<TryCount>.Hour(), RecentSteps<TryCount>.Day());
    }
}
