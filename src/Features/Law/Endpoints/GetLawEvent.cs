using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Http.DryRuns;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Runtime;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Law.Endpoints;

public sealed class GetLawEvent(PollerControl pollers, LawFlow flow) : PollerEndpoint(pollers, LawSlice.Name)
{
    /// <param name="State">pending, generating, generated, save-begun, saved, outcome-unknown or letter.</param>
    /// <param name="Since">Of the last step that is remembered of the event.</param>
    /// <param name="Letter">The key of its dead letter.</param>
    /// <param name="HeldBy">Who has it in hand in this process.</param>
    /// <param name="IsKept">The text made from its input is kept; null where its input is not known.</param>
    /// <param name="Generations">Begun from its input in the last 24 h, as far as they may have been paid for.</param>
    /// <param name="Problem">Why its letter or its row could not be read.</param>
    public sealed record LawEventView(
        string EventId, string State, DateTimeOffset? Since, string? Letter, string? HeldBy, DateTimeOffset? HeldSince, bool? IsKept,
        int? Generations, string? Problem);

    public override void Configure()
    {
        Get(Path + "/events/{eventId}");
        Policies(Role.Reader);
        Description(b => b.Produces<LawEventView>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "How far a law change is";
            s.Description = "`outcome-unknown`: a save was begun, nobody saw its end, and nobody is at it; `…/close` and "
                + "`…/regenerate` end that.";
            s.Params["eventId"] = "As in the outbox, percent-encoded";
            s.ResponseExamples[200] = new LawEventView(
                "0192f0c1", "outcome-unknown", DryRunExamples.At, "dlq:law:0192f0c1", null, null, true, 1, null);
            s.ResponseExamples[400] = LawEventInRoute.Fault;
            s.ResponseExamples[404] = new ErrorAnswer("nothing is known of a law change 0192f0c1");
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    protected override async Task HandleAsync(Slice slice, CancellationToken ct)
    {
        if (LawEventInRoute.Read(HttpContext) is not { } id) await Send.ResponseAsync(LawEventInRoute.Fault, 400, ct);
        else if (!(await flow.LookAsync(id, ct)).TryGetRight(out var sight, out var failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else if (sight.State is not { } state)
            await Send.ResponseAsync(new ErrorAnswer($"nothing is known of a law change {id}"), 404, ct);
        else await Send.OkAsync(ViewOf(id, sight, state), ct);
    }

    LawEventView ViewOf(EventId id, LawEventSnapshot sight, LawEventState state) => new(
        id.Value, WordOf(state), sight.Progress.Stage is LawStage.Nothing ? null : sight.Progress.Since,
        sight.HasLetter ? LawDecisions.LetterKeyOf(id).Format() : null, sight.Holder?.By, sight.Holder?.Since,
        sight.Law is null ? null : sight.IsKept, sight.Law is null ? null : sight.Generations,
        sight.Problem is { } trouble && !Role.SeesAll(User) ? TextMask.MaskText(trouble) : sight.Problem);

    static string WordOf(LawEventState state) => state switch
    {
        LawEventState.SaveBegun => "save-begun",
        LawEventState.OutcomeUnknown => "outcome-unknown",
        _ => state.ToString().ToLowerInvariant(),
    };
}
