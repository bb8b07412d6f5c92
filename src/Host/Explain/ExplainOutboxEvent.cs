using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Explain;

/// <summary>Where one event is and what it waits for, across the flows.</summary>
sealed class ExplainOutboxEvent(EventExplainer explainer, TimeProvider clock) : EndpointWithoutRequest<object>
{
    /// <param name="At">Null partition and offset: it was seen to be published, and nobody wrote down where.</param>
    public sealed record PublishedPlace(string Topic, int? Partition, long? Offset, DateTimeOffset At);

    public sealed record ExplainedLetter(
        string Key, string State, string? Class, string Error, DateTimeOffset LastFailedAt, DateTimeOffset? ExpiresAt, double? SecondsLeft,
        bool Held, bool MaybeWritten);

    /// <summary>What is null is not known, or is not so.</summary>
    /// <param name="State">
    /// in-replay, dead-letter, in-delivery, published-unmarked, in-doubt, pending, published, gone, not-in-outbox or unknown.
    /// </param>
    /// <param name="Row">pending or not-pending, as the outbox gives it; null where nobody could say.</param>
    /// <param name="RowFrom">Who said so.</param>
    /// <param name="Problems">Whom nothing could be asked.</param>
    public sealed record ExplainedFlow(
        string Flow, string Category, string State, string? WaitsFor, DateTimeOffset? Since, PublishedPlace? Published,
        ExplainedLetter? Letter, string? ReplayJob, DateTimeOffset? CircuitOpenSince, string? PausedBy, DateTimeOffset? PausedSince,
        string? HeldBy, DateTimeOffset? HeldSince, DateTimeOffset? NextAttemptAt, string? Step, string? Row, string RowFrom, string? Gone,
        IReadOnlyList<string> Problems);

    /// <param name="State">Of the first flow that knows it.</param>
    /// <param name="Flows">Those that know it; all of them where none does.</param>
    /// <param name="AtBroker">Where the broker explains events of this id.</param>
    public sealed record OutboxEventExplanation(
        string EventId, DateTimeOffset At, string State, IReadOnlyList<ExplainedFlow> Flows,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? AtBroker = null);

    public override void Configure()
    {
        Get("/events/{eventId}/explain");
        Policies(Role.Reader);
        Description(b => b.Produces<OutboxEventExplanation>().Produces<ErrorAnswer>(400));
        Summary(s =>
        {
            s.Summary = "Where an event is and what it waits for";
            s.Description = "Asked of ledger, letters, kept positions, replay jobs and leases; of an outbox only which rows are PENDING, "
                + "which is all that it can be asked. `not-in-outbox`: not PENDING, no letter, and no position that is kept: it was never "
                + "there, or was delivered longer ago than positions are kept.";
            s.Params["eventId"] = "As in the outbox, percent-encoded";
            s.Params["category"] = "Of one flow only: ids may be used by several";
            s.ResponseExamples[200] = new OutboxEventExplanation(
                "0192f0c1", At, Whereabouts.Pending,
                [
                    new ExplainedFlow(
                        "messages", "menu", Whereabouts.Pending, "the poller is paused by anna since 2026-03-05 12:00:00Z", null, null,
                        null,
                        null, null, "anna", At, null, null, null, null, "pending", "the poll of 2026-03-05 12:00:00Z", null, []),
                ],
                null);
            s.ResponseExamples[400] = new ErrorAnswer($"an event id has from 1 to {DeadLetterKey.IdByteLimit} bytes") { Field = "eventId" };
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var text = RoutePart.Of(HttpContext, "eventId");
        var category = HttpContext.Request.Query["category"].ToString() is { Length: > 0 } wanted ? wanted : null;
        if (text.Length == 0 || !RowRules.FitsKey(new EventId(text)))
            await RefuseAsync($"an event id has from 1 to {DeadLetterKey.IdByteLimit} bytes", "eventId", ct);
        else if (category is not null && !explainer.Categories.Contains(category, StringComparer.Ordinal))
            await RefuseAsync($"there are: {string.Join(", ", explainer.Categories)}", "category", ct);
        else await Send.OkAsync(await ExplainAsync(new EventId(text), category, ct), ct);
    }

    async Task<OutboxEventExplanation> ExplainAsync(EventId id, string? category, CancellationToken ct)
    {
        var seen = (await explainer.LookAsync(id, category, masked: !Role.SeesAll(User), ct))
            .Select(facts => (Facts: facts, Place: Whereabouts.Of(facts))).ToList();
        var known = seen.Where(s => s.Place.IsKnown).ToList();
        var told = known.Count > 0 ? known : seen;
        var state = known.Count > 0 ? known[0].Place.State
            : seen.Exists(s => s.Place.State == Whereabouts.Unknown) ? Whereabouts.Unknown
            : Whereabouts.NotInOutbox;
        var elsewhere = await explainer.AtBrokerAsync(id, ct);
        return new OutboxEventExplanation(
            id.Value, clock.GetUtcNow(), state, [.. told.Select(s => ViewOf(s.Facts, s.Place))], elsewhere.Count > 0 ? elsewhere : null);
    }

    static ExplainedFlow ViewOf(FlowFacts facts, Whereabouts place) => new(
        facts.Flow, facts.Category.Name, place.State, place.WaitsFor, place.Since,
        facts.Published is { } p ? new PublishedPlace(facts.Topic, p.At?.Partition, p.At?.Offset, p.PublishedAt) : null,
        facts.Letter is { } l
            ? new ExplainedLetter(l.Key, l.State, l.Class, l.Error, l.LastFailedAt, l.ExpiresAt, l.SecondsLeft, l.Held, l.MaybeWritten)
            : null,
        facts.Job, facts.Circuit?.OpenSince, facts.Pause?.By, facts.Pause?.Since, facts.HeldBy, facts.HeldSince, facts.NextAttemptAt,
        facts.Step, facts.Row switch { true => "pending", false => "not-pending", null => null }, facts.RowSource,
        facts.Tombstone?.Why.ToString().ToLowerInvariant(), facts.Problems);

    Task RefuseAsync(string error, string field, CancellationToken ct) =>
        Send.ResponseAsync(new ErrorAnswer(error) { Field = field }, 400, ct);

    static readonly DateTimeOffset At = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);
}
