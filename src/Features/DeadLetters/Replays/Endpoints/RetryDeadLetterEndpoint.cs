using System.Diagnostics;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime.Delivering;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

/// <summary>
/// The contract's replay of one letter. Its callers give up after 10 s: what takes longer is answered before, and goes on.
/// </summary>
public sealed class RetryDeadLetterEndpoint(ReplayRunner runner, ReplayAtHolder atHolder, LetterFeed feed, TimeProvider clock)
    : EndpointWithoutRequest<object>
{
    /// <summary>The contract's words.</summary>
    const string Done = "DLQ retried and removed from Redis";

    const string UnderWay = "the replay is under way and goes on";

    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(8);

    public sealed record RetryAnswer(string Message);

    public override void Configure()
    {
        Post("/dlq/retry/{key}");
        Policies(Role.Operator);
        Description(b => b.Produces<RetryAnswer>().Produces<RetryAnswer>(202).Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404)
            .Produces<ErrorAnswer>(409).Produces<ErrorAnswer>(422).Produces<ErrorAnswer>(502));
        Summary(s =>
        {
            s.Summary = "Replay a dead letter";
            s.Description = "Publishes it again as it was written, marks its row SENT, then removes it. Where an earlier "
                + "publish may have been written, Kafka is asked first: found there, the letter is only closed; not found, the "
                + "answer is 409, and a person decides: `?confirm=unknown` sends it all the same, `?confirm=delivered` sends nothing, "
                + "marks the row SENT and removes the letter. 409 also while another replay or the poller has "
                + "the event in hand, with who and since when, and while the row is still PENDING, for then the poller tries it "
                + "again by itself. Where another process has the letter's flow, that one replays it, as a job of one letter.";
            s.Params["key"] = DeadLetterKeyInRoute.Description;
            s.Params["confirm"] = "Of a letter whose outcome is unknown. unknown: send although it may be in Kafka already; "
                + "delivered: it was seen to be there, only close it";
            s.ResponseExamples[200] = new RetryAnswer(Done);
            s.ResponseExamples[202] = new RetryAnswer(UnderWay);
            s.ResponseExamples[400] = new ErrorAnswer("a dead letter key begins with 'dlq:'") { Field = "key" };
            s.ResponseExamples[404] = new ErrorAnswer("there is no dead letter dlq:menu:0192f0c1");
            s.ResponseExamples[409] = new ErrorAnswer("the event is in hand") { HeldBy = "poll", HeldSince = DateTimeOffset.UnixEpoch };
            s.ResponseExamples[422] = new ErrorAnswer(
                "the letter holds a row that could not become a record: the message has no recipient");
            s.ResponseExamples[502] = new ErrorAnswer("Local_MsgTimedOut: Local: Message timed out");
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if (!DeadLetterKeyInRoute.Read(HttpContext).TryGetRight(out var key, out var fault))
        {
            await Send.ResponseAsync(new ErrorAnswer(fault.Message) { Field = "key" }, 400, ct);
            return;
        }

        var fields = new QueryFields(HttpContext.Request.Query);
        var confirmation = ConfirmationIn(fields);
        if (fields.Fault is { } misspelt)
        {
            await Send.ResponseAsync(misspelt, 400, ct);
            return;
        }

        var replay = ReplayAsync(key, Caller.Of(HttpContext), confirmation);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var limit = Task.Delay(AnswerLimit, clock, ending.Token);
        if (await Task.WhenAny(replay, limit) != replay)
        {
            await Send.ResponseAsync(new RetryAnswer(UnderWay), 202, ct);
            return;
        }

        var (status, answer) = await replay;
        // Whoever asks for the list next sees what he did; a list that is being read anew does not hold up the answer.
        await Task.WhenAny(feed.FollowAsync(), limit);
        await ending.CancelAsync();
        if (confirmation is Confirmation.Delivered && status == 200) answer = new RetryAnswer("closed as delivered and removed from Redis");
        await Send.ResponseAsync(answer, status, ct);
    }

    async Task<(int Status, object Answer)> ReplayAsync(DeadLetterKey key, Caller caller, Confirmation confirmation)
    {
        var answer = await runner.StartAsync(key, caller, confirmation);
        if (answer is not ReplayAnswer.HeldElsewhere held) return AnswerTo(answer, key);
        var ran = await atHolder.RunAsync(key, caller, confirmation, AnswerLimit);
        return ran.TryGetRight(out var job, out var reason) ? AnswerTo(job) : AnswerTo(held, $"{held.Message}; {reason}");
    }

    static Confirmation ConfirmationIn(QueryFields fields) => fields.Text("confirm") switch
    {
        null => Confirmation.None,
        "unknown" => Confirmation.SendAgain,
        "delivered" => Confirmation.Delivered,
        _ => fields.Refuse<Confirmation>("confirm", "must be unknown or delivered"),
    };

    static (int Status, object Answer) AnswerTo(ReplayAnswer answer, DeadLetterKey key) => answer switch
    {
        ReplayAnswer.NoLetter => (404, new ErrorAnswer($"there is no dead letter {key}")),
        ReplayAnswer.Unreadable(var reason) => (409, new ErrorAnswer(reason)),
        ReplayAnswer.Refused(ReplayRefusal.RowStillPending refusal) => (409, new ErrorAnswer(refusal.Message)),
        ReplayAnswer.Refused(var refusal) => (422, new ErrorAnswer(refusal.Message)),
        ReplayAnswer.StoreDown(var failure) => (502, new ErrorAnswer(failure.Message)),
        ReplayAnswer.HeldElsewhere held => AnswerTo(held, held.Message),
        ReplayAnswer.Ran(ReplayOutcome.Delivered) => (200, new RetryAnswer(Done)),
        ReplayAnswer.Ran(ReplayOutcome.UnderWay) => (202, new RetryAnswer(UnderWay)),
        ReplayAnswer.Ran(var outcome) => OutcomeAnswer.Of(outcome),
        _ => throw new UnreachableException($"no answer to {answer}"),
    };

    static (int Status, object Answer) AnswerTo(ReplayAnswer.HeldElsewhere held, string message) =>
        (409, new ErrorAnswer(message) { HeldBy = held.Holder, HeldSince = held.Since });

    static (int Status, object Answer) AnswerTo(ReplayJob job) => job switch
    {
        { Delivered: > 0 } => (200, new RetryAnswer(Done)),
        { Failures: [var failure, ..] } => (502, new ErrorAnswer(failure.Reason)),
        { Skips: [var skip, ..] } => (409, new ErrorAnswer(skip.Reason)),
        _ => (202, new RetryAnswer(UnderWay)),
    };
}
