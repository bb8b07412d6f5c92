using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Hobom.Slices.Streams;

/// <summary>A group of a stream as Redis last told.</summary>
/// <param name="Lag">Entries not yet delivered; null where Redis does not know: then there is no sample.</param>
public sealed record GroupSample(string Stream, string Group, string Consumer, long Pending, long? Lag);

/// <summary>What the router counts. The first five names are a contract.</summary>
public sealed class RouterMeter : IDisposable
{
    public const string MeterName = "Hobom.Slices.Streams";

    readonly Meter meter = new(MeterName);
    readonly ConcurrentDictionary<string, GroupSample> samples = new(StringComparer.Ordinal);
    readonly Counter<long> processed;
    readonly Counter<long> failed;
    readonly Histogram<double> duration;
    readonly Counter<long> duplicates;
    readonly Counter<long> unknown;
    readonly Counter<long> deadLetters;
    readonly Counter<long> lost;
    readonly Counter<long> gaps;
    readonly Counter<long> takenOver;
    readonly Counter<long> trimmed;
    readonly Counter<long> reads;

    public RouterMeter()
    {
        processed = meter.CreateCounter<long>("event_router_events_processed_total", description: "Entries whose effect was applied");
        failed = meter.CreateCounter<long>("event_router_events_failed_total", description: "Tries of entries that failed");
        duration = meter.CreateHistogram<double>("event_router_processing_duration_seconds", "s", "From the batch's begin to its answer");
        meter.CreateObservableGauge("event_router_pending_messages", () => samples.Values.Select(s =>
            new Measurement<long>(s.Pending, new("stream", s.Stream), new("group", s.Group))));
        meter.CreateObservableGauge("event_router_consumer_lag", () => samples.Values.Where(s => s.Lag is not null).Select(s =>
            new Measurement<long>(s.Lag!.Value, new("stream", s.Stream), new("group", s.Group), new("consumer", s.Consumer))));
        duplicates = meter.CreateCounter<long>("event_router_events_skipped_total", description: "Entries that had been settled before");
        unknown = meter.CreateCounter<long>("event_router_events_unknown_total", description: "Entries of a type that nobody handles");
        deadLetters = meter.CreateCounter<long>("event_router_dead_letters_total", description: "Entries that became dead letters");
        lost = meter.CreateCounter<long>(
            "event_router_entries_lost_total", description: "Entries that others removed unread or unacknowledged");
        gaps = meter.CreateCounter<long>("event_router_gaps_total", description: "Times that a group or a stream was gone");
        takenOver = meter.CreateCounter<long>("event_router_reclaim_messages_total", description: "Pending entries taken over");
        trimmed = meter.CreateCounter<long>("event_router_trimmed_total", description: "Entries trimmed, each behind every group");
        reads = meter.CreateCounter<long>("event_router_xreadgroup_total", description: "Reads of new entries");
    }

    public IReadOnlyCollection<GroupSample> Samples => [.. samples.Values];

    public void Processed(string stream, string type) => processed.Add(1, new("stream", stream), new("event_type", type));

    public void Failed(string stream, string type) => failed.Add(1, new("stream", stream), new("event_type", type));

    public void Took(string stream, string type, TimeSpan took) =>
        duration.Record(took.TotalSeconds, new("stream", stream), new("event_type", type));

    public void Skipped(string stream) => duplicates.Add(1, new KeyValuePair<string, object?>("stream", stream));

    public void Unknown(string stream) => unknown.Add(1, new KeyValuePair<string, object?>("stream", stream));

    public void DeadLetter(string stream) => deadLetters.Add(1, new KeyValuePair<string, object?>("stream", stream));

    public void Lost(string stream, long entries, string how) => lost.Add(entries, new("stream", stream), new("how", how));

    public void Gap(string stream, string what) => gaps.Add(1, new("stream", stream), new("what", what));

    public void TakenOver(string stream, int entries) => takenOver.Add(entries, new KeyValuePair<string, object?>("stream", stream));

    public void Trimmed(string stream, long entries) => trimmed.Add(entries, new KeyValuePair<string, object?>("stream", stream));

    public void Read(string result) => reads.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Sample(GroupSample sample) => samples[sample.Stream] = sample;

    /// <summary>Another process tells of it from now on.</summary>
    public void Forget(string stream) => samples.TryRemove(stream, out _);

    public void Dispose() => meter.Dispose();
}
