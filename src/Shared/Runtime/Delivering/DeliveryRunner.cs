using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Publishes and settles one flow's deliveries, many at a time. One visit runs at a time; a poller's
/// visit is: <see cref="BeginVisit"/>, ask the outbox, of each part of its answer <see cref="DeliveryVisit.AdmitAsync"/>, plan,
/// <see cref="DeliveryVisit.RunAsync"/>, and <see cref="DeliveryVisit.EndAsync"/>. Every part of it is put together here.
/// </summary>
public sealed class DeliveryRunner
{
    readonly DeliveryParts parts;
    readonly MarkCircuitBreaker marks;
    readonly MarkCircuitBreaker pages;
    readonly TopicAccess topic;
    readonly FlowMemory memory;
    Func<bool> isPaused = () => false;
    long settledAt;

    public DeliveryRunner(DeliveryParts parts)
    {
        this.parts = parts;
        marks = new MarkCircuitBreaker(parts.Policies.Mark, parts.Limits, parts.Clock, parts.Chance);
        pages = new MarkCircuitBreaker(parts.Policies.Mark, parts.Limits.OfPages, parts.Clock, parts.Chance);
        topic = new TopicAccess(parts.Circuit);
        memory = new FlowMemory(parts.Ledger, Holds = new InFlightEvents(parts.Clock), Pending = new PendingRows(parts.Shards));
        Replay = new Replay(
            Holds, parts.Ledger, parts.Ports.Letters,
            new ReplayTopic(parts.Route.Topic, PublishAsync, parts.Ports.FindWritten, parts.Circuit), MarkAgainAsync, parts.Meter.Flow);
    }

    public PendingRows Pending { get; }

    public InFlightEvents Holds { get; }

    public Replay Replay { get; }

    /// <summary>When the last event of the flow was closed by this process; null before the first.</summary>
    public DateTimeOffset? LastSettledAt =>
        Interlocked.Read(ref settledAt) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>The topic takes no records, as far as anybody knows: a visit only asks whether it does again.</summary>
    public bool BrokerAway => topic.IsAway;

    /// <summary>What the flow tells of itself.</summary>
    public FlowMeter Meter => parts.Meter;

    public TopicCircuitState Circuit => topic.State;

    /// <summary>A visit begins nothing more while this is so: what it has begun ends as ever.</summary>
    public void HeedPause(Func<bool> paused) => isPaused = paused;

    /// <summary>
    /// Forgets what is on its way of a shard and what the outbox said of it; no visit and no replay of it may be under way.
    /// </summary>
    /// <param name="number">0 for a flow that is not divided.</param>
    public async Task ForgetAsync(int number)
    {
        await parts.Ledger.ForgetAllAsync(number);
        Pending.Forget(number);
    }

    public DeliveryVisit BeginVisit(CancellationToken stopping)
    {
        marks.Reopen();
        pages.Reopen();
        var holds = new VisitHolds(Holds);
        var (ports, limits, shards) = (parts.Ports, parts.Limits, parts.VisitShards());
        var tally = new VisitCounters(parts.Meter.Rows);
        var poll = new VisitPoll(parts.Meter, parts.Clock);
        var window = new DeliveryWindow(limits.EventsInFlight, limits.BytesInFlight, limits.Parked);
        var settler = new Settler(
            parts.Route, parts.Ledger, ports.Letters, MarksUntil(stopping), tally, NoteSettled, parts.Clock, parts.Log);
        var publishing = new PublishAttempts(PublishAsync, parts.Meter, parts.Ledger, parts.Policies, parts.Clock, parts.Chance);
        var attempts = new DeliveryAttempts(publishing, topic, window, settler, parts.Meter.Flow, stopping);
        return new DeliveryVisit(
            shards, holds, isPaused,
            new VisitIntake(parts.Route, shards, memory, holds, ports, settler, tally, limits.ChunkRows, stopping),
            new VisitStart(parts.Ledger, ports.Letters, tally),
            new DeliveryStarter(
                attempts, settler, topic, window, id => parts.Ledger.Find(id) is { Unknowns: > 0 }, MustNotMark, poll, stopping),
            poll, tally, limits);

        void NoteSettled(EventId id)
        {
            Interlocked.Exchange(ref settledAt, parts.Clock.GetUtcNow().UtcTicks);
            holds.Release(id);
        }
    }

    /// <summary>One attempt, told of by the flow's metrics.</summary>
    async Task<Either<PublishFailure, RecordPosition>> PublishAsync(Delivery delivery, bool possibleDuplicate)
    {
        var started = parts.Clock.GetTimestamp();
        var outcome = await parts.Ports.Publish(delivery, possibleDuplicate);
        parts.Meter.Published(
            delivery.Topic, parts.Clock.GetElapsedTime(started), outcome.TryGetRight(out _, out var failure) ? null : failure);
        return outcome;
    }

    /// <summary>What was published could not be marked.</summary>
    bool MustNotMark() => marks.IsShut || pages.IsShut || parts.Ports.Marks.Page?.IsLost() == true;

    RowMarks MarksUntil(CancellationToken stopping)
    {
        if (parts.Ports.Marks.Page is not { } page) return OneByOne(stopping);
        var together = new CollectedMarks(
            batch => pages.MarkAsync(() => parts.Meter.TimedAsync(batch, parts.Clock, page.Mark), stopping), parts.Clock);
        var alone = OneByOne(stopping);
        return new RowMarks(
            id => page.Has(id) ? TogetherAsync(id, null) : alone.Sent(id),
            (id, reason) => page.Has(id) ? TogetherAsync(id, reason) : alone.Failed(id, reason));

        async Task<string?> TogetherAsync(EventId id, string? failed)
        {
            using var call = EventTrace.StartCall("mark", parts.Meter.Flow, KeyOf(id));
            var end = await together.MarkAsync(new PageMark(id, failed));
            if (!end.TryGetRight(out _, out var failure)) EventTrace.NoteFailure(call, failure.Kind.ToString(), failure.Detail);
            return ProblemOf(end, id);
        }
    }

    RowMarks OneByOne(CancellationToken stopping) => new(
        async id => ProblemOf(await marks.MarkAsync(() => MarkSentAsync(id), stopping), id),
        async (id, reason) => ProblemOf(await marks.MarkAsync(
            () => parts.Meter.TimedAsync("FAILED", KeyOf(id), parts.Clock, () => parts.Ports.Marks.Failed(id, reason)), stopping), id));

    Task<Either<CallFailure, MarkOutcome>> MarkSentAsync(EventId id) =>
        parts.Meter.TimedAsync("SENT", KeyOf(id), parts.Clock, () => parts.Ports.Marks.Sent(id));

    DeadLetterKey KeyOf(EventId id) => new(parts.Route.Category, id.Value);

    /// <summary>
    /// However often the backend has failed: a poller that is paused does not visit, and would never find out that it is back.
    /// </summary>
    Task<Either<CallFailure, MarkOutcome>> MarkAgainAsync(EventId id)
    {
        marks.Reopen();
        return marks.MarkAsync(() => MarkSentAsync(id), CancellationToken.None);
    }

    string? ProblemOf(Either<CallFailure, MarkOutcome> result, EventId id)
    {
        if (!result.TryGetRight(out var outcome, out var failure)) return $"outbox: mark: {failure}";
        if (outcome is MarkOutcome.NoSuchRow)
            parts.Log.LogInformation(
                LogEvents.Named("mark.no-row"),
                "{EventType}: the backend has no row of {EventId} any more; settled", parts.Route.EventType, id);
        return null;
    }
}
