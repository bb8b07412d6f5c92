using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Links.Endpoints;

public sealed class ListLinksEndpoint(LinksSlice slice) : LinkRoute(slice)
{
    /// <param name="Next">For <c>?cursor=</c>; null on the last page.</param>
    public sealed record LinkList(
        [property: JsonPropertyName("links")] IReadOnlyList<LinkView> Links, [property: JsonPropertyName("next")] string? Next);

    public override void Configure()
    {
        Get("/links");
        Policies(Role.Reader);
        Describe(
            "List links", "All filters must fit. In the order of ids: a walk of the pages sees every link that was there when it began.",
            new LinkList([LinkView.Example], null),
            (400, new ErrorAnswer("link_type must be one of reference, cascade, aggregate_root") { Field = "link_type" }));
        Summary(s =>
        {
            LinkQuery.Describe(s);
            Paging.Describe(s);
        });
    }

    protected override async Task HandleAsync(LinkRegister links, CancellationToken ct)
    {
        var fields = new QueryFields(HttpContext.Request.Query);
        var filter = fields.Filter();
        var page = fields.Page<LinkId>(LinkQuery.Cursor);
        if (fields.End() is { } fault) await RefuseAsync(400, fault, ct);
        else if ((await links.FindLinksAsync(filter, ct, new LinkPageRequest(page.Limit, page.Cursor)))
            .TryGetRight(out var found, out var failure))
            await Send.OkAsync(new LinkList([.. found.Links.Select(l => LinkView.Of(l, SeesAll))], found.Next?.Value), ct);
        else await RefuseAsync(failure, ct);
    }
}
