using System.Diagnostics;
using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Actions.Endpoints;

/// <summary>Which letters, and why.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class LetterCommandRequest
{
    public IReadOnlyList<string>? Keys { get; set; }

    public string? Reason { get; set; }
}

/// <summary>What became of one letter.</summary>
/// <param name="Done">Also where it was so already.</param>
/// <param name="ExpiresAt">Null where it does not expire, or was not done.</param>
public sealed record LetterCommandResult(string Key, bool Done, DateTimeOffset? ExpiresAt)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}

public sealed record LetterCommandAnswer(IReadOnlyList<LetterCommandResult> Results, int Done, int Refused);

/// <summary>What the routes share that hold, extend, release, discard and restore letters: many at once, each for itself.</summary>
public abstract class LetterCommandEndpoint(
    LetterAction action, RedisDeadLetterStore store, LetterOwners owners, LetterFeed feed, AuditTrail trail, TimeProvider clock)
    : Endpoint<LetterCommandRequest, object>
{
    public const int KeyLimit = 1000;
    const int AtOnce = 16;

    public override async Task HandleAsync(LetterCommandRequest req, CancellationToken ct)
    {
        if (KeysOf(req, out var keys) is { } fault)
        {
            await Send.ResponseAsync(fault, 400, ct);
            return;
        }

        var order = new LetterCommand(action, Caller.Of(HttpContext).Actor, req.Reason);
        var begun = await trail.BeginAsync(
            Caller.Of(HttpContext), action.ToString().ToLowerInvariant(), [.. keys.Select(k => k.Format())], req.Reason);
        if (!begun.TryGetRight(out var audited, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var results = new List<LetterCommandResult>(keys.Count);
        foreach (var some in keys.Chunk(AtOnce)) results.AddRange(await Task.WhenAll(some.Select(key => ActAsync(key, order))));
        var done = results.Count(r => r.Done);
        await audited.EndAsync($"{done} done, {results.Count - done} refused");
        await feed.FollowAsync();
        await Send.OkAsync(new LetterCommandAnswer(results, done, results.Count - done), ct);
    }

    protected void Describe(string summary, string description)
    {
        Post($"/dlq/{action.ToString().ToLowerInvariant()}");
        Policies(Role.Operator);
        Description(b => b.Produces<LetterCommandAnswer>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = summary;
            s.Description = $"{description} Up to {KeyLimit} keys; the answer tells of each. Every call is in the audit.";
            s.ExampleRequest = new LetterCommandRequest { Keys = [LetterExamples.Letter.Key], Reason = "sent by hand" };
            s.ResponseExamples[200] = new LetterCommandAnswer(
                [
                    new LetterCommandResult(LetterExamples.Letter.Key, Done: true, LetterExamples.Letter.ExpiresAt),
                    new LetterCommandResult("dlq:menu:0192f0c2", Done: false, null) { Error = "there is no such letter" },
                ],
                1, 1);
            s.ResponseExamples[400] = new ErrorAnswer("keys must hold 1 to 1000 keys") { Field = "keys" };
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    ErrorAnswer? KeysOf(LetterCommandRequest req, out IReadOnlyList<DeadLetterKey> keys)
    {
        keys = [];
        if (req.Keys is not { Count: > 0 and <= KeyLimit })
            return new ErrorAnswer($"keys must hold 1 to {KeyLimit} keys") { Field = "keys" };
        if (ReasonText.LengthFaultOf(req.Reason) is { } tooLong) return tooLong;
        if (action == LetterAction.Discard && string.IsNullOrWhiteSpace(req.Reason))
            return new ErrorAnswer("reason is required for a discard") { Field = "reason" };
        var parsed = new List<DeadLetterKey>();
        for (var i = 0; i < req.Keys.Count; i++)
        {
            if (!DeadLetterKey.Parse(req.Keys[i] ?? "").TryGetRight(out var key, out var fault))
                return new ErrorAnswer(fault.Message) { Field = $"keys[{i}]" };
            parsed.Add(key);
        }

        keys = [.. parsed.Distinct()];
        return null;
    }

    async Task<LetterCommandResult> ActAsync(DeadLetterKey key, LetterCommand order)
    {
        var name = key.Format();
        if (!(await store.PlanAsync(key, order)).TryGetRight(out var plan, out var failure)) return Refused(failure.Message);
        if (plan is LetterPlan.Write && await owners.RefusalAsync(action, key) is { } refusal) return Refused(refusal);
        if (!(await store.ActAsync(key, order)).TryGetRight(out plan, out failure)) return Refused(failure.Message);
        return plan switch
        {
            LetterPlan.Write(_, _, var life) => new LetterCommandResult(name, Done: true, clock.GetUtcNow() + life),
            LetterPlan.Nothing(var left) => new LetterCommandResult(name, Done: true, clock.GetUtcNow() + left),
            LetterPlan.Refused(var reason) => Refused(reason),
            LetterPlan.NoLetter => Refused("there is no such letter"),
            _ => throw new UnreachableException($"no answer to {plan}"),
        };

        LetterCommandResult Refused(string why) => new(name, Done: false, null) { Error = why };
    }
}
