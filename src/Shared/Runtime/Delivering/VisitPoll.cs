using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>When one visit asked its outbox, and what the flow's metrics and traces tell of the answer.</summary>
sealed class VisitPoll(FlowMeter meter, TimeProvider clock)
{
    readonly long begun = clock.GetTimestamp();
    readonly DateTimeOffset askedAt = clock.GetUtcNow();
    DateTimeOffset answeredAt;
    bool isAnswered;

    /// <param name="rows">Of the answer, or of the next part of it; the poll took until the first.</param>
    /// <param name="oldest">Of all so far.</param>
    public void Found(int rows, DateTimeOffset? oldest)
    {
        answeredAt = clock.GetUtcNow();
        if (!isAnswered) meter.Polled(clock.GetElapsedTime(begun), null);
        meter.Rows.Found(rows, oldest, isFirst: !isAnswered);
        isAnswered = true;
    }

    public void Failed(CallFailure failure) => meter.Polled(clock.GetElapsedTime(begun), failure);

    public void End() => meter.Rows.EndVisit();

    /// <summary>The trace of the work on one record, from the poll on; none where nobody listens.</summary>
    public Activity? StartWork(Delivery delivery) => EventTrace.StartWork(meter.Flow, delivery.Events, askedAt, answeredAt);
}
