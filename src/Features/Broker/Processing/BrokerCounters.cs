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

    /// <summary>Event types are the publishers' to choose: what comes after so many of them is told as one.</summary>
    const int TypeLimit = 200;

    const string OtherTypes = "other";

    readonly Meter meter = new(MeterName);
    readonly ConcurrentDictionary<string, bool> types = new(StringComparer.Ordinal);
    readonly Counter<long>[] publishedEvents;
    readonly Counter<long>[] processedEvents;
    readonly Histogram<double>[] durations;
    long published;

    public BrokerCounters()
    {
        string[] prefixes = ["", "eventbroker_"];
        publishedEvents = [.. prefixes.Select(p => meter.CreateCounter<long>($"{p}events_published_total"))];
        processedEvents = [.. prefixes.Select(p => meter.CreateCounter<long>($"{p}events_processed_total"))];
        durations = [.. prefixes.Select(p => meter.CreateHistogram<double>($"{p}event_processing_duration_seconds", "s"))];
    }

    public long Published => Interlocked.Read(ref published);

    public void CountPublished(BrokerEvent given)
    {
        Interlocked.Increment(ref published);
        for (var i = 0; i < publishedEvents.Length; i++) publishedEvents[i].Add(1, new(TypeLabel(i), TypeOf(given)), Source(given));
    }

    /// <summary>A try that was lost is another process's to count.</summary>
    public void CountTry(TryMade made)
    {
        if (made.Outcome is TryOutcome.Lost) return;
        var status = made.Outcome is TryOutcome.Done ? "completed" : "failed";
        for (var i = 0; i < processedEvents.Length; i++)
        {
            processedEvents[i].Add(1, new(TypeLabel(i), TypeOf(made.Event)), Source(made.Event), new("status", status));
            durations[i].Record(
                made.Took.TotalSeconds, new KeyValuePair<string, object?>(TypeLabel(i), TypeOf(made.Event)), Source(made.Event));
        }
    }

    public void Dispose() => meter.Dispose();

    static string TypeLabel(int name) => name == 0 ? "event_type" : "type";

    static KeyValuePair<string, object?> Source(BrokerEvent given) =>
        new("source", given.Source is "database" or "websocket" or "frontend" or "system" or "internal" ? given.Source : OtherTypes);

    string TypeOf(BrokerEvent given) =>
        types.ContainsKey(given.Type) || (types.Count < TypeLimit && types.TryAdd(given.Type, true)) ? given.Type : OtherTypes;
}
