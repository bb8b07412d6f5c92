using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>The trace that a record begins or continues.</summary>
static class PublishTrace
{
    static readonly ActivitySource Source = new(TelemetryNames.MeterPrefix);

    /// <summary>A span for one publish, in the words of OpenTelemetry; none where nobody listens.</summary>
    public static Activity? Start(string topic)
    {
        var activity = Source.StartActivity($"send {topic}", ActivityKind.Producer);
        activity?.SetTag("messaging.system", "kafka");
        activity?.SetTag("messaging.operation.type", "send");
        activity?.SetTag("messaging.destination.name", topic);
        return activity;
    }

    public static void NoteFailure(Activity? activity, PublishFailure failure)
    {
        activity?.SetTag("error.type", failure.Code);
        activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
    }

    /// <summary>
    /// The <c>traceparent</c> of a record: the span's, or one of the event's own trace that is marked as not sampled, so that
    /// consumers' logs can be told apart by it, and those of all tries of one event belong together.
    /// </summary>
    public static string TraceParent(Activity? activity, Delivery delivery) =>
        activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id
        : $"00-{TraceOf(delivery).ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-00";

    static ActivityTraceId TraceOf(Delivery delivery) =>
        delivery.Events is [var first, ..] ? EventTrace.IdOf(first.LetterKey) : ActivityTraceId.CreateRandom();
}
