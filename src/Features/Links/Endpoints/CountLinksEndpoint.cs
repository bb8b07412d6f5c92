using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Links.Endpoints;

public sealed class CountLinksEndpoint(LinksSlice slice) : LinkRoute(slice)
{
    public sealed record LinkCount([property: JsonPropertyName("count")] long Count);

    public override void Configure()
    {
        Get("/links/count");
        Policies(Role.Reader);
        Describe(
            "Count links", "The filters are those of the list; with source_module alone, what leads away from a module.", new LinkCount(12),
            (400, new ErrorAnswer("source_entity_type wants source_module beside it") { Field = "source_entity_type" }));
        Summary(LinkQuery.Describe);
    }

    protected override async Task HandleAsync(LinkRegister links, CancellationToken ct)
    {
        var fields = new QueryFields(HttpContext.Request.Query);
        var filter = fields.Filter();
        if (fields.End() is { } fault) await RefuseAsync(400, fault, ct);
        else if ((await links.CountAsync(filter, ct)).TryGetRight(out var count, out var failure))
            await Send.OkAsync(new LinkCount(count), ct);
        else await RefuseAsync(failure, ct);
    }
}
