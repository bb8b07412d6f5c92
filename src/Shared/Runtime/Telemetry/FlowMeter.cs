using System.Collections.Concurrent;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Telemetry;

/// <summary>What one flow tells of itself. Without instruments it counts rows and nothing else.</summary>
/// <param name="flow">As in routes: <c>messages</c>, <c>space-logs</c> …</param>
public sealed class FlowMeter(string flow, RelayMeter? instruments = null)
{
    readonly ConcurrentDictionary<(string Operation, string Topic, string? Error), KeyValuePair<string, object?>[]> tags = new();

    public string Flow => flow;

    public RowCounter Rows { get; } = new();

    /// <summary>Of the publishes that Kafka acknowledged.</summary>
    public PublishTimes PublishTimes { get; } = new();

    /// <summary>The outbox was asked.</summary>
    public void Polled(TimeSpan took, CallFailure? failure) => Note("poll", "receive", "", took, failure?.Kind.ToString());

    /// <summary>One attempt to hand a record to Kafka ended.</summary>
    public void Published(string topic, TimeSpan took, PublishFailure? failure)
    {
        if (failure is null) PublishTimes.Add(took);
        Note("send", "send", topic, took, failure?.Code);
        instruments?.Sent.Add(1, TagsOf("send", "send", topic, failure?.Code));
    }

    void Marked(string status, TimeSpan took, CallFailure? failure)
    {
        Note("mark", "settle", "", took, failure?.Kind.ToString());
        if (failure is null) CountMarked(status, 1);
    }

    void CountMarked(string status, int rows)
    {
        if (rows > 0) instruments?.Settled.Add(rows, new(TelemetryNames.Flow, flow), new("hobom.status", status));
    }

    /// <summary>Makes one call to mark a row, and tells of it.</summary>
    public async Task<Either<CallFailure, MarkOutcome>> TimedAsync(
        string status, DeadLetterKey key, TimeProvider clock, Func<Task<Either<CallFailure, MarkOutcome>>> mark)
    {
        using var call = EventTrace.StartCall("mark", flow, key);
        var started = clock.GetTimestamp();
        var outcome = await mark();
        var failed = !outcome.TryGetRight(out _, out var failure);
        if (failed) EventTrace.NoteFailure(call, failure!.Kind.ToString(), failure.Detail);
        Marked(status, clock.GetElapsedTime(started), failed ? failure : null);
        return outcome;
    }

    /// <summary>Makes one call that marks many rows, and tells of it.</summary>
    public async Task<Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>>> TimedAsync(
        IReadOnlyList<PageMark> marks, TimeProvider clock,
        Func<IReadOnlyList<PageMark>, Task<Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>>>> mark)
    {
        var started = clock.GetTimestamp();
        var outcome = await mark(marks);
        var succeeded = outcome.TryGetRight(out var ends, out var failure);
        Note("mark", "settle", "", clock.GetElapsedTime(started), failure?.Kind.ToString());
        if (!succeeded) return outcome;
        var failed = marks.Zip(ends!, (m, end) => m.Failed is not null && end.IsRight).Count(f => f);
        CountMarked("SENT", ends!.Count(e => e.IsRight) - failed);
        CountMarked("FAILED", failed);
        return outcome;
    }

    /// <summary>A step of the slice's own ended: <c>generate</c>, <c>save</c>.</summary>
    public void Processed(string step, TimeSpan took, string? error) => Note(step, "process", "", took, error);

    /// <summary>What failed is tried again within the same visit.</summary>
    public void Retried() => instruments?.Retried.Add(1, new KeyValuePair<string, object?>(TelemetryNames.Flow, flow));

    void Note(string operation, string kind, string topic, TimeSpan took, string? error) =>
        instruments?.Duration.Record(took.TotalSeconds, TagsOf(operation, kind, topic, error));

    /// <summary>Made once for each combination, of which there are few: the names of errors are a closed list.</summary>
    KeyValuePair<string, object?>[] TagsOf(string operation, string kind, string topic, string? error) =>
        tags.GetOrAdd((operation, topic, error), static (key, of) =>
        [
            new("messaging.system", of.Kind is "send" ? "kafka" : "hobom_outbox"),
            new("messaging.operation.name", key.Operation),
            new("messaging.operation.type", of.Kind),
            new(TelemetryNames.Flow, of.Flow),
            .. key.Topic.Length > 0 ? [new("messaging.destination.name", key.Topic)] : (KeyValuePair<string, object?>[])[],
            .. key.Error is { } code ? [new("error.type", code)] : (KeyValuePair<string, object?>[])[],
        ], (Kind: kind, Flow: flow));
}
