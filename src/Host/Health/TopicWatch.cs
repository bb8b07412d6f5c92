using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Host.Health;

/// <summary>
/// Looks now and then whether the flows' topics are there. One look proves nothing, for a broker that has just started knows
/// of no topic yet; and a broker that makes topics on first use lacks none.
/// </summary>
/// <param name="ask">Asks Kafka for topics by name; creates none.</param>
/// <param name="createsTopics">Whether the broker makes topics on first use; null where it does not tell.</param>
sealed class TopicWatch(
    IReadOnlyCollection<string> topics, Func<IReadOnlyCollection<string>, Task<KafkaProbeResult>> ask, Func<Task<bool?>> createsTopics,
    TimeProvider clock, ILogger log)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    static readonly TimeSpan IntervalWhileMissing = TimeSpan.FromSeconds(3);

    volatile IReadOnlyList<string> suspected = [];
    volatile IReadOnlyList<string> missing = [];

    /// <summary>In two looks in a row. While Kafka does not answer, as last seen.</summary>
    public IReadOnlyList<string> Missing => missing;

    public async Task RunAsync(CancellationToken stopping)
    {
        if (topics.Count == 0) return;
        var stopped = Delays.WaitAsync(Timeout.InfiniteTimeSpan, clock, stopping);
        do
        {
            // Kafka may take its time to answer, and the end of the process does not wait for it.
            if (await Task.WhenAny(LookAsync(), stopped) == stopped) return;
        }
        while (await Delays.WaitAsync(suspected.Count > 0 ? IntervalWhileMissing : Interval, clock, stopping));
    }

    /// <summary>One look.</summary>
    public async Task LookAsync()
    {
        if (await ask(topics) is not KafkaProbeResult.Answered answered) return;
        IReadOnlyList<string> absent = answered.Missing.Count > 0 && await createsTopics() is true ? [] : answered.Missing;
        string[] sure = [.. absent.Intersect(suspected, StringComparer.Ordinal)];
        suspected = absent;
        Tell(sure);
        missing = sure;
    }

    void Tell(IReadOnlyList<string> now)
    {
        if (now.Except(missing, StringComparer.Ordinal).ToArray() is { Length: > 0 } gone)
            log.LogWarning(
                "Kafka has no topic {Topics}, or does not let this account see it; not ready until it has", string.Join(", ", gone));
        if (missing.Except(now, StringComparer.Ordinal).ToArray() is { Length: > 0 } back)
            log.LogInformation("Kafka has topic {Topics} now", string.Join(", ", back));
    }
}
