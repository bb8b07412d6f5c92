using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Streams.Endpoints;

/// <summary>Entries hold what users did: only those may look who may see letters whole.</summary>
public sealed class ListEntriesEndpoint(EventRouter router, StreamLook look)
    : Endpoint<ListEntriesEndpoint.EntryQuery, object>
{
    public sealed class EntryQuery
    {
        [QueryParam]
        public string? Around { get; set; }

        [QueryParam]
        public string? Count { get; set; }
    }

    public sealed record EntryList(string Stream, IReadOnlyList<EntryView> Entries);

    public override void Configure()
    {
        Get("/streams/{stream}/entries");
        Policies(Role.Operator);
        Description(b => b.Produces<EntryList>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Entries of a stream around an id";
            s.Params["stream"] = "the stream's key, as `events:auth`";
            s.Params["around"] = "the id in the middle; without it, the stream's beginning";
            s.Params["count"] = "on either side, up to 100; 10 where it is not given";
            s.ResponseExamples[200] = new EntryList("events:auth",
            [
                new EntryView(
                    "1768727553123-0", new DateTimeOffset(2026, 1, 18, 9, 12, 33, 123, TimeSpan.Zero),
                    new Dictionary<string, string>(StringComparer.Ordinal) { ["type"] = "login", ["user_id"] = "anna" }),
            ]);
            s.ResponseExamples[400] = new ErrorAnswer("around is no entry id: expected milliseconds-sequence") { Field = "around" };
            s.ResponseExamples[404] = StreamRoutes.NoSuchStream("events:none");
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(EntryQuery req, CancellationToken ct)
    {
        var name = Route<string>("stream")!;
        var fields = new QueryFields(HttpContext.Request.Query);
        var around = fields.Parsed("around", 64, EntryId.Parse, "is no entry id: expected milliseconds-sequence") ?? EntryId.Zero;
        var count = fields.Number("count", 10, 100);
        if (fields.End() is { } wrong) await Send.ResponseAsync(wrong, 400, ct);
        else if (router.Streams.All(s => s.Key != name)) await Send.ResponseAsync(StreamRoutes.NoSuchStream(name), 404, ct);
        else if (!(await look.AroundAsync(name, around, count)).TryGetRight(out var entries, out var failure))
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
        else await Send.OkAsync(new EntryList(name, entries), ct);
    }
}
