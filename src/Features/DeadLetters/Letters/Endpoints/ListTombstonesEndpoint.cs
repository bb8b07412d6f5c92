using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Runtime.Redis;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>Letters that went undelivered, the newest first; kept 90 days.</summary>
public sealed class ListTombstonesEndpoint(RedisTombstones tombstones) : Endpoint<ListTombstonesEndpoint.TombstoneQuery, object>
{
    public sealed class TombstoneQuery
    {
        [QueryParam]
        public string? Category { get; set; }

        [QueryParam]
        public string? Why { get; set; }

        [QueryParam]
        public string? Key { get; set; }

        [QueryParam]
        public string? Limit { get; set; }

        [QueryParam]
        public string? Cursor { get; set; }
    }

    public sealed record TombstoneList(IReadOnlyList<Tombstone> Tombstones, string? Next);

    public override void Configure()
    {
        Get("/dlq/tombstones");
        Policies(Role.Reader);
        Description(b => b.Produces<TombstoneList>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "List dead letters that are gone";
            s.Description =
                "Expired, evicted by Redis, removed by another program, or discarded. A page may be short and still have a `next`.";
            s.Params["category"] = "menu, log, space, space-log, law";
            s.Params["why"] = "expired, evicted, removed or discarded";
            s.Params["key"] = "dlq:<category>:<event id>: what is left of this one letter";
            Paging.Describe(s);
            s.ResponseExamples[200] = new TombstoneList([LetterExamples.Gone], "1772971200000-0");
            s.ResponseExamples[400] = new ErrorAnswer("why must be one of expired, evicted, removed, discarded") { Field = "why" };
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(TombstoneQuery req, CancellationToken ct)
    {
        var fields = new QueryFields(HttpContext.Request.Query);
        var (category, why) = (fields.Category("category"), fields.OneOf<LetterEnd>("why"));
        var filter = new TombstoneFilter(category, why, KeyIn(fields));
        var (limit, cursor) = fields.Page(StreamCursor.Parse);
        if (fields.End() is { } wrong) await Send.ResponseAsync(wrong, 400, ct);
        else if (!(await tombstones.PageAsync(filter, limit, cursor)).TryGetRight(out var page, out var failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else await Send.OkAsync(new TombstoneList([.. page.Tombstones.Select(Shown)], page.Next), ct);
    }

    static DeadLetterKey? KeyIn(QueryFields fields) =>
        fields.Key("key") is not { } text ? null
        : DeadLetterKey.Parse(text).TryGetRight(out var key, out _) ? key
        : fields.Refuse<DeadLetterKey>("key", "must be dlq:<category>:<event id>");

    Tombstone Shown(Tombstone stone) =>
        Role.SeesAll(User)
            ? stone
            : stone with { Reason = stone.Reason is { } reason ? TextMask.MaskText(reason) : null, PayloadSha256 = null };
}
