namespace Hobom.Slices.Broker.Processing;

/// <summary>The last hour of a consumer by minutes, the oldest first. Minutes before the process ran are null.</summary>
public sealed record ConsumerHour(string Consumer, IReadOnlyList<long?> Done, IReadOnlyList<long?> Failed);

/// <summary>The tries that this process made in the last hour, by consumer and minute, in memory: a restart forgets them.</summary>
public sealed class ConsumerHistory(TimeProvider clock)
{
    public const int Minutes = 60;

    /// <summary>Names are chosen by others: those that come after so many are not counted.</summary>
    public const int ConsumerLimit = 1000;

    readonly Lock gate = new();
    readonly long begun = MinuteOf(clock.GetUtcNow());
    readonly Dictionary<string, Dictionary<long, (long Done, long Failed)>> byConsumer = new(StringComparer.Ordinal);

    /// <summary>A try that was lost is another process's to count.</summary>
    public void Count(TryMade made)
    {
        if (made.Outcome is TryOutcome.Lost) return;
        var minute = MinuteOf(clock.GetUtcNow());
        lock (gate)
        {
            if (!byConsumer.TryGetValue(made.Consumer, out var minutes))
            {
                if (byConsumer.Count >= ConsumerLimit) return;
                byConsumer[made.Consumer] = minutes = [];
            }

            if (!minutes.TryGetValue(minute, out var known))
                foreach (var old in minutes.Keys.Where(m => m <= minute - Minutes).ToArray()) minutes.Remove(old);
            minutes[minute] = made.Outcome is TryOutcome.Done ? (known.Done + 1, known.Failed) : (known.Done, known.Failed + 1);
        }
    }

    /// <summary>The minute under way is the last.</summary>
    public IReadOnlyList<ConsumerHour> Of(IEnumerable<string> consumers)
    {
        var last = MinuteOf(clock.GetUtcNow());
        long[] minutes = [.. Enumerable.Range(0, Minutes).Select(n => last - Minutes + 1 + n)];
        lock (gate)
        {
            return
            [
                .. consumers.Select(name => (Name: name, Seen: byConsumer.GetValueOrDefault(name) ?? [])).Select(c => new ConsumerHour(
                    c.Name,
                    [.. minutes.Select(m => m < begun ? (long?)null : c.Seen.GetValueOrDefault(m).Done)],
                    [.. minutes.Select(m => m < begun ? (long?)null : c.Seen.GetValueOrDefault(m).Failed)])),
            ];
        }
    }

    static long MinuteOf(DateTimeOffset at) => at.ToUnixTimeSeconds() / 60;
}
