using System.Diagnostics;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Law.Endpoints;

/// <summary>What a person has done with one law change: under the flow's lease, and in the audit.</summary>
public abstract class LawEventEndpoint(PollerControl pollers, AuditTrail trail, TimeProvider clock)
    : PollerEndpoint(pollers, LawSlice.Name)
{
    /// <summary>Callers give up after 10 s; what takes longer goes on.</summary>
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(8);

    public sealed record LawEventDone(string Message);

    protected const string UnderWay = "it is under way and goes on";

    protected abstract string Done { get; }

    protected async Task RunAsync(Slice slice, EventId id, string action, Func<Caller, Task<ReplayOutcome>> act, CancellationToken ct)
    {
        var run = AuditedAsync(slice, id, action, act, Caller.Of(HttpContext));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (await Task.WhenAny(run, Task.Delay(AnswerLimit, clock, ending.Token)) != run)
        {
            await Send.ResponseAsync(new LawEventDone(UnderWay), StatusCodes.Status202Accepted, ct);
            return;
        }

        await ending.CancelAsync();
        var (status, answer) = await run;
        await Send.ResponseAsync(answer, status, ct);
    }

    async Task<(int Status, object Answer)> AuditedAsync(
        Slice slice, EventId id, string action, Func<Caller, Task<ReplayOutcome>> act, Caller caller)
    {
        if (!(await trail.BeginAsync(caller, action, [LawDecisions.LetterKeyOf(id).Format()])).TryGetRight(out var begun, out var failure))
            return (502, new ErrorAnswer(failure.Message));
        var (status, answer) = AnswerTo(await slice.Leases.Of(id).RunAsync(() => act(caller)));
        await begun.EndAsync(answer is ErrorAnswer error ? error.Error : Done);
        return (status, answer);
    }

    (int Status, object Answer) AnswerTo(Either<LeaseAnswer, ReplayOutcome> ran) => ran.TryGetRight(out var outcome, out var refused)
        ? outcome switch
        {
            ReplayOutcome.Delivered => (200, new LawEventDone(Done)),
            ReplayOutcome.NotInDoubt => (409, new ErrorAnswer("no save of it was begun whose end is unknown: there is nothing to close")),
            ReplayOutcome.OutcomeUnknown(var reason) => (409, new ErrorAnswer(
                $"{reason}; repeat with ?confirm=unknown to have it made and saved again, or close it as saved")),
            _ => OutcomeAnswer.Of(outcome),
        }
        : refused switch
        {
            LeaseAnswer.HeldByOther(var holder, var since) =>
                (409, new ErrorAnswer($"the flow 'law' is held by {holder}; ask that process") { HeldBy = holder, HeldSince = since }),
            LeaseAnswer.Unreachable(var away) => (502, new ErrorAnswer(away.Message)),
            _ => throw new UnreachableException($"no answer to {refused}"),
        };

    protected void DescribeEvent(string summary, string description, string conflict, params (int Status, ErrorAnswer Example)[] others)
    {
        Description(b =>
        {
            b.Produces<LawEventDone>().Produces<LawEventDone>(202);
            b.Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(409).Produces<ErrorAnswer>(502);
            foreach (var (status, _) in others) b.Produces<ErrorAnswer>(status);
        });
        Summary(s =>
        {
            s.Summary = summary;
            s.Description = description;
            s.Params["eventId"] = "As in the outbox, percent-encoded";
            s.ResponseExamples[200] = new LawEventDone(Done);
            s.ResponseExamples[202] = new LawEventDone(UnderWay);
            s.ResponseExamples[400] = LawEventInRoute.Fault;
            s.ResponseExamples[409] = new ErrorAnswer(conflict);
            s.ResponseExamples[502] = ErrorExamples.RedisAway;
            foreach (var (status, example) in others) s.ResponseExamples[status] = example;
        });
    }
}
