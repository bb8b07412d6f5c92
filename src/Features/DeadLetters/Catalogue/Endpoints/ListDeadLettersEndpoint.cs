using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Catalogue.Endpoints;

/// <summary>The contract's list of every key, the oldest failure first; and with any parameter but the prefix, a page.</summary>
public sealed class ListDeadLettersEndpoint(RedisDeadLetterStore store, LetterCatalogue catalogue, LetterKinds kinds, TimeProvider clock)
    : Endpoint<LetterPageQuery, object>
{
    public sealed record LetterList(IReadOnlyList<string> Items)
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<LetterView>? Letters { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Next { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public int? Total { get; init; }
    }

    public override void Configure()
    {
        Get("/dlq");
        Policies(Role.Reader);
        Description(b => b.Produces<LetterList>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "List dead letters";
            s.Description = "Without parameters, or with `prefix` alone (`dlq:` and no glob character): all keys, the oldest failure "
                + "first. With any other: a page of letters, `next` for the page after it, and how many there are in all.";
            LetterQuery.Describe(s);
            s.Params["prefix"] = "begins with dlq:; goes with no other parameter";
            Paging.Describe(s);
            s.ResponseExamples[200] = LetterExamples.LetterPage;
            s.ResponseExamples[400] = new ErrorAnswer("minAge must be a duration: 90s, 30m, 12h or 3d") { Field = "minAge" };
            s.ResponseExamples[503] = LetterExamples.NotLoaded;
        });
    }

    public override Task HandleAsync(LetterPageQuery req, CancellationToken ct)
    {
        var fields = new QueryFields(HttpContext.Request.Query);
        return fields.HasAny([.. LetterQuery.Names, "limit", "cursor"]) ? SendPageAsync(fields, ct) : SendAllAsync(fields, ct);
    }

    async Task SendAllAsync(QueryFields fields, CancellationToken ct)
    {
        if (!DeadLetterDecisions.ParsePrefix(HttpContext.Request.Query["prefix"]).TryGetRight(out var prefix, out var fault))
            fields.Refuse<string>("prefix", fault.Message["prefix ".Length..]);
        if (fields.Fault is { } wrong) await Send.ResponseAsync(wrong, 400, ct);
        else if (!(await store.ListAsync(prefix!)).TryGetRight(out var keys, out var failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else await Send.OkAsync(new LetterList([.. keys.Select(k => k.Format())]), ct);
    }

    Task SendPageAsync(QueryFields fields, CancellationToken ct)
    {
        var (filter, (limit, cursor)) = (fields.Filter(kinds), fields.Page(LetterCursor.Parse));
        if (fields.HasAny("prefix")) fields.Refuse<string>("prefix", "goes with no other parameter");
        if (fields.End() is { } wrong) return Send.ResponseAsync(wrong, 400, ct);
        if (!catalogue.IsLoaded) return Send.ResponseAsync(LetterExamples.NotLoaded, 503, ct);
        var page = catalogue.Page(filter, limit, cursor);
        var now = clock.GetUtcNow();
        return Send.OkAsync(
            new LetterList([.. page.Letters.Select(l => l.Name)])
            {
                Letters = [.. page.Letters.Select(l => LetterView.Of(l, now))],
                Next = page.Next?.Format(),
                Total = page.Total,
            },
            ct);
    }
}
