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
public sealed class ListDeadLettersEndpoint(
    RedisDeadLetterStore store, LetterCatalogue catalogue, CloserLook closerLook, LetterKinds kinds, TimeProvider clock)
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

        /// <summary>Of a list by <c>header</c> or <c>newer</c>: how many letters this page looked at.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public int? Looked { get; init; }
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
            s.Params["header"] = $"stands in a header as readers see it; a page looks at {CloserLook.HeaderLimit} letters, may be short "
                + "and still have a next, and its total counts itself";
            s.Params["newer"] = $"delivered: a newer event of the record's key was; a page looks at {CloserLook.NewerLimit} letters";
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
        return fields.HasAny([.. LetterQuery.Names, "header", "newer", "limit", "cursor"])
            ? SendPageAsync(fields, ct)
            : SendAllAsync(fields, ct);
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
        var closer = new CloserFilter(fields.Text("header"), fields.Text("newer") is { } newer && IsDelivered(fields, newer));
        if (fields.HasAny("prefix")) fields.Refuse<string>("prefix", "goes with no other parameter");
        if (fields.End() is { } wrong) return Send.ResponseAsync(wrong, 400, ct);
        if (!catalogue.IsLoaded) return Send.ResponseAsync(LetterExamples.NotLoaded, 503, ct);
        if (!closer.IsEmpty) return SendCloserAsync(filter, closer, cursor, ct);
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

    static bool IsDelivered(QueryFields fields, string newer) => newer == "delivered" || fields.Refuse<bool>("newer", "must be delivered");

    async Task SendCloserAsync(LetterFilter filter, CloserFilter closer, LetterCursor? cursor, CancellationToken ct)
    {
        if (!(await closerLook.PageAsync(filter, closer, cursor)).TryGetRight(out var page, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        var now = clock.GetUtcNow();
        await Send.OkAsync(
            new LetterList([.. page.Letters.Select(l => l.Name)])
            {
                Letters = [.. page.Letters.Select(l => LetterView.Of(l, now))],
                Next = page.Next?.Format(),
                Total = page.Letters.Count,
                Looked = page.Looked,
            },
            ct);
    }
}
