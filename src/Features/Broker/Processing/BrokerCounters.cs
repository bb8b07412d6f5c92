using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hobom.Slices.Broker.Processing;

public enum TryOutcome
{
    Done,
    Failed,

    /// <summary>Begun too often without an end.</summary>
    Exhausted,

    /// <summary>Another process has the handling.</summary>
    Lost,
}

/// <summary>One try, when it is over.</summary>
public sealed record TryMade(BrokerEvent Event, string Consumer, TryOutcome Outcome, TimeSpan Took);

/// <summary>
/// What this process did since it started: for statistics, and as metrics under the names of the predecessor's README
/// and under those that its code really had.
/// </summary>
public sealed class BrokerCounters : IDisposable
{
    public const string MeterName = "Hobom.Slices.Broker";

    readonly Meter meter = new(MeterName);
    readonly BoundedLabel types = new();
    readonly BoundedLabel consumers = new();
    readonly Counter<long>[] publishedEvents;
    readonly Counter<long>[] processedEvents;
    readonly Histogram<double>[] durations;
    readonly Counter<long> tries;
    readonly Counter<long> expired;
    long published;

    /// <param name="queueSize">Handlings that wait, in the whole store, as last seen.</param>
    public BrokerCounters(Func<long> queueSize)
    {
        string[] prefixes = ["", "eventbroker_"];
        publishedEvents = [.. prefixes.Select(p => meter.CreateCounter<long>($"{p}events_published_total"))];
        processedEvents = [.. prefixes.Select(p => meter.CreateCounter<long>($"{p}events_processed_total"))];
        durations = [.. prefixes.Select(p => meter.CreateHistogram(
            $"{p}event_processing_duration_seconds", "s", null, null, new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
            }))];
        meter.CreateObservableGauge("event_queue_size", queueSize);
        meter.CreateObservableGauge("eventbroker_queue_size", queueSize);
        tries = meter.CreateCounter<long>("eventbroker_tries_total");
        expired = meter.CreateCounter<long>("eventbroker_events_expired_total");
    }

    public long Published => Interlocked.Read(ref published);

    public void CountPublished(BrokerEvent given)
    {
        Interlocked.Increment(ref published);
        for (var i = 0; i < publishedEvents.Length; i++) publishedEvents[i].Add(1, new(TypeLabel(i), types.Of(given.Type)), Source(given));
    }

    /// <summary>A try that was lost is another process's to count.</summary>
    public void CountTry(TryMade made)
    {
        tries.Add(1, new("consumer", consumers.Of(made.Consumer)), new("outcome", made.Outcome.ToString().ToLowerInvariant()));
        if (made.Outcome is TryOutcome.Lost) return;
        var status = made.Outcome is TryOutcome.Done ? "completed" : "failed";
        for (var i = 0; i < processedEvents.Length; i++)
        {
            var type = new KeyValuePair<string, object?>(TypeLabel(i), types.Of(made.Event.Type));
            processedEvents[i].Add(1, type, Source(made.Event), new("status", status));
            durations[i].Record(made.Took.TotalSeconds, type, Source(made.Event));
        }
    }

    public void CountExpired(int events) => expired.Add(events);

    public void Dispose() => meter.Dispose();

    static string TypeLabel(int name) => name == 0 ? "event_type" : "type";

    static KeyValuePair<string, object?> Source(BrokerEvent given) => new(
        "source",
        given.Source is "database" or "websocket" or "frontend" or "system" or "internal" ? given.Source : BoundedLabel.Other);

    /// <summary>What others choose freely: all that comes after so many is told as one.</summary>
    sealed class BoundedLabel
    {
        public const string Other = "other";

        const int Limit = 200;

        readonly ConcurrentDictionary<string, bool> known = new(StringComparer.Ordinal);

        public string Of(string value) =>
            known.ContainsKey(value) || (known.Count < Limit && known.TryAdd(value, true)) ? value : Other;
    }
}
