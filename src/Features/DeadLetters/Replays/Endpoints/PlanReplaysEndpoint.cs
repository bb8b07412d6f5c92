using System.Text.Json;
using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Catalogue.Endpoints;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

/// <summary>Which letters, and how to replay them.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class PlanReplaysRequest
{
    public LetterSelection? Filter { get; set; }

    public IReadOnlyList<string>? Keys { get; set; }

    /// <summary>A JSON Patch (RFC 6902).</summary>
    public JsonElement? Patch { get; set; }

    public int? Rate { get; set; }

    public int? Canary { get; set; }

    public double? StopAfterFailedShare { get; set; }
}

/// <summary>The same choice as the list's parameters.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed class LetterSelection
{
    public string? Category { get; set; }

    public string? Class { get; set; }

    public string? Text { get; set; }

    public string? MinAge { get; set; }

    public string? MaxAge { get; set; }

    public string? ExpiresWithin { get; set; }

    public string? State { get; set; }

    public string? Group { get; set; }

    public string? MinAttempts { get; set; }

    public string? Code { get; set; }

    public string? Kind { get; set; }

    internal static QueryFields FieldsOf(LetterSelection? filter) => QueryFields.Of(
        ("category", filter?.Category), ("class", filter?.Class), ("text", filter?.Text), ("minAge", filter?.MinAge),
        ("maxAge", filter?.MaxAge), ("expiresWithin", filter?.ExpiresWithin), ("state", filter?.State), ("group", filter?.Group),
        ("minAttempts", filter?.MinAttempts), ("code", filter?.Code), ("kind", filter?.Kind));
}

/// <summary>Freezes a list of letters. Nothing is replayed before the plan is started.</summary>
public sealed class PlanReplaysEndpoint(ReplayJobPlanner planner, LetterKinds kinds, TimeProvider clock)
    : Endpoint<PlanReplaysRequest, object>
{
    public override void Configure()
    {
        Post("/dlq/replays");
        Policies(Role.Operator);
        Description(b => b.Produces<ReplayJobView>(201).Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(403).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Plan the replay of many dead letters";
            s.Description = "Chosen by `filter` (the list's parameters) or `keys`, the oldest failure first, up to "
                + $"{ReplayJob.LetterLimit} letters. The answer says what would be replayed; the list is frozen, and letters that come "
                + "later are no part of it. Nothing is written to Kafka or any outbox. A plan that is not started is gone after 24 "
                + "hours. `plan.newer` is there where letters share their record key with other events: of how many a newer event was "
                + $"delivered, asked for the first {ReplayJobPlanner.NewerLimit} of them, and of how many that is not known.\n\n"
                + $"`rate`: letters a second, 1 to {ReplayJobOptions.RateLimit}, 50 where not given. `canary`: letters that run ahead "
                + "while the "
                + $"rest waits for how they end, 0 to {ReplayJobOptions.CanaryLimit}, 5 where not given. `stopAfterFailedShare`: of the "
                + "last hundred tried, from 0 to 1, 0.1 where not given.\n\n"
                + $"`patch` (RFC 6902; the editor role; up to {ReplayJobPlanner.PatchedLetterLimit} letters) changes each payload on its "
                + "way out. It is tried on every letter, and the answer tells how many would fit. The stored letters stay as they are.";
            s.ExampleRequest = new PlanReplaysRequest
            {
                Filter = new LetterSelection { Category = "menu", Class = "transient" }, Rate = 50,
            };
            s.ResponseExamples[201] = ReplayExamples.Planned;
            s.ResponseExamples[400] = new ErrorAnswer("rate must be from 1 to 1000") { Field = "rate" };
            s.ResponseExamples[403] = new ErrorAnswer("a patch requires the editor role");
            s.ResponseExamples[503] = LetterExamples.NotLoaded;
        });
    }

    public override async Task HandleAsync(PlanReplaysRequest req, CancellationToken ct)
    {
        if (req.Patch is { ValueKind: not JsonValueKind.Null } && !User.IsInRole(Role.Editor))
        {
            await Send.ResponseAsync(new ErrorAnswer("a patch requires the editor role"), 403, ct);
            return;
        }

        if (Read(req, out var selection) is { } fault)
        {
            await Send.ResponseAsync(fault, 400, ct);
            return;
        }

        var planned = await planner.PlanAsync(selection!, Caller.Of(HttpContext));
        if (planned.TryGetRight(out var job, out var refused)) await Send.ResponseAsync(ReplayJobView.Of(job, clock.GetUtcNow()), 201, ct);
        else await Send.ResponseAsync(new ErrorAnswer(refused.Message) { Field = refused.Field }, refused.Field is null ? 503 : 400, ct);
    }

    /// <returns>The first fault, or null.</returns>
    ErrorAnswer? Read(PlanReplaysRequest req, out ReplaySelection? selection)
    {
        selection = null;
        var options = new ReplayJobOptions(req.Rate ?? 50, req.Canary ?? 5, req.StopAfterFailedShare ?? 0.1);
        if (options.Rate is < 1 or > ReplayJobOptions.RateLimit)
            return Fault("rate", $"rate must be from 1 to {ReplayJobOptions.RateLimit}");
        if (options.Canary is < 0 or > ReplayJobOptions.CanaryLimit)
            return Fault("canary", $"canary must be from 0 to {ReplayJobOptions.CanaryLimit}");
        if (options.StopAfterFailedShare is not (>= 0 and <= 1))
            return Fault("stopAfterFailedShare", "stopAfterFailedShare must be from 0 to 1");
        if (req.Filter is null == req.Keys is null) return Fault("filter", "either filter or keys chooses the letters");
        var fields = LetterSelection.FieldsOf(req.Filter);
        var filter = fields.Filter(kinds);
        if (fields.Fault is { } wrong) return wrong with { Field = $"filter.{wrong.Field}" };
        if (ReplayJobPlanner.ParsePatch(req.Patch, out var patch) is { } bad) return Fault("patch", bad);
        var keys = new List<DeadLetterKey>();
        foreach (var (n, text) in (req.Keys ?? []).Index())
        {
            if (!DeadLetterKey.Parse(text ?? "").TryGetRight(out var key, out var malformed)) return Fault($"keys[{n}]", malformed.Message);
            keys.Add(key);
        }

        selection = new ReplaySelection(filter, req.Keys is null ? null : keys, options, patch);
        return null;
    }

    static ErrorAnswer Fault(string field, string message) => new(message) { Field = field };
}
