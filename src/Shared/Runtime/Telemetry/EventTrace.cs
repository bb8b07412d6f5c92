using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Telemetry;

/// <summary>
/// One trace for each event, through retries, visits and processes: its id follows from the event's, so nobody has to remember it.
/// A record that carries several events has the trace of its first. A replay has a trace of its own that links to the event's.
/// </summary>
public static class EventTrace
{
    static readonly ActivitySource Source = new(TelemetryNames.MeterPrefix);

    public static bool IsListenedTo => Source.HasListeners();

    public static ActivityTraceId IdOf(DeadLetterKey key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key.Format()), hash);
        return ActivityTraceId.CreateFromBytes(hash[..16]);
    }

    /// <summary>
    /// The work on one record or row, from the poll that found it; what it does is told below it. None where nobody listens.
    /// </summary>
    /// <param name="polledAt">When the outbox was asked.</param>
    /// <param name="foundAt">When it had answered.</param>
    public static Activity? StartWork(string flow, IReadOnlyList<CarriedEvent> events, DateTimeOffset polledAt, DateTimeOffset foundAt)
    {
        if (events.Count == 0 || StartWork(flow, events[0].LetterKey, polledAt) is not { } work) return null;
        if (events.Count > 1) work.SetTag("messaging.batch.message_count", events.Count);
        using var poll = Source.StartActivity($"poll {flow}", ActivityKind.Client, default(ActivityContext), startTime: polledAt);
        poll?.SetTag("messaging.operation.type", "receive").SetEndTime(foundAt.UtcDateTime);
        return work;
    }

    /// <param name="from">When it began.</param>
    public static Activity? StartWork(string flow, DeadLetterKey key, DateTimeOffset from = default)
    {
        if (!Source.HasListeners()) return null;
        return Tag(Source.StartActivity($"process {flow}", ActivityKind.Consumer, RootOf(key), startTime: from), flow, key);
    }

    /// <summary>One call of the work under way: to mark, to generate, to save.</summary>
    /// <param name="key">Whose trace it belongs to where no work is under way: a mark that comes late.</param>
    public static Activity? StartCall(string name, string flow, DeadLetterKey? key = null)
    {
        if (!Source.HasListeners()) return null;
        if (Activity.Current is not null || key is not { } of)
            return Source.StartActivity($"{name} {flow}", ActivityKind.Client)?.SetTag(TelemetryNames.Flow, flow);
        return Tag(Source.StartActivity($"{name} {flow}", ActivityKind.Client, RootOf(of)), flow, of);
    }

    /// <summary>A trace of its own, whoever asked for it.</summary>
    /// <param name="first">The <c>traceparent</c> under which the event failed, where the letter has it.</param>
    public static Activity? StartReplay(string flow, DeadLetterKey key, string? first)
    {
        if (!Source.HasListeners()) return null;
        var asked = Activity.Current?.Context;
        var links = new List<ActivityLink>();
        if (ActivityContext.TryParse(first, null, isRemote: true, out var failed)) links.Add(new ActivityLink(failed));
        if (asked is { } request) links.Add(new ActivityLink(request));
        Activity.Current = null;
        return Tag(Source.StartActivity($"replay {flow}", ActivityKind.Internal, default(ActivityContext), links: links), flow, key);
    }

    public static void NoteFailure(Activity? activity, string code, string message)
    {
        activity?.SetTag("error.type", code);
        activity?.SetStatus(ActivityStatusCode.Error, message);
    }

    /// <summary>
    /// What begins here has no parent, and the event's trace. A sampler that goes by the trace's id has it whole or not at all.
    /// </summary>
    static ActivityContext RootOf(DeadLetterKey key) => new(IdOf(key), default, ActivityTraceFlags.Recorded, isRemote: true);

    static Activity? Tag(Activity? activity, string flow, DeadLetterKey key) =>
        activity?.SetTag("messaging.operation.type", "process").SetTag(TelemetryNames.Flow, flow).SetTag("messaging.message.id", key.Id);
}
