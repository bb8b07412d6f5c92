using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Links.Endpoints;

public sealed class CreateLinkEndpoint(LinksSlice slice) : LinkRoute(slice)
{
    /// <param name="Result"><c>created</c> or <c>existing</c>.</param>
    public sealed record CreatedLink(
        [property: JsonPropertyName("result")] string Result, [property: JsonPropertyName("link")] LinkView Link);

    public override void Configure()
    {
        Post("/links");
        Policies(Role.Operator);
        Describe(
            "Make a link between two entities",
            "A JSON object: source_module, source_entity_type, source_entity_id, target_module, target_entity_type, target_entity_id, "
            + "link_type (reference where it is not given, cascade, aggregate_root), and metadata, an object. The same link twice is one: "
            + "`result` says `existing` then, with the link as it was made first, its metadata included.",
            new CreatedLink("created", LinkView.Example),
            (400, new ErrorAnswer("source_module is required") { Field = "source_module" }), (502, ErrorExamples.RedisAway));
    }

    protected override async Task HandleAsync(LinkRegister links, CancellationToken ct)
    {
        var read = (await LinkBody.ReadAsync(HttpContext.Request.Body, ct)).Bind(
            given => LinkValidation.Check(given).MapLeft(f => new ErrorAnswer(f.Text) { Field = f.Field }));
        if (!read.TryGetRight(out var link, out var fault)) await RefuseAsync(400, fault, ct);
        else await AuditAsync("create link", KeyOf(link), () => CreateAsync(links, link, ct), ct);
    }

    async Task<string> CreateAsync(LinkRegister links, Link link, CancellationToken ct)
    {
        if ((await links.CreateLinkAsync(link, ct)).TryGetRight(out var made, out var refusal))
        {
            var result = made.Existed ? "existing" : "created";
            await Send.OkAsync(new CreatedLink(result, LinkView.Of(made.Link, SeesAll)), ct);
            return $"{result} {made.Link.Id}";
        }

        var (status, answer) = refusal switch
        {
            LinkRefusal.Invalid(var fault) => (StatusCodes.Status400BadRequest, new ErrorAnswer(fault.Text) { Field = fault.Field }),
            LinkRefusal.Unavailable(var failure) => (StatusCodes.Status503ServiceUnavailable, new ErrorAnswer(failure.Message)),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        await RefuseAsync(status, answer, ct);
        return answer.Error;
    }

    static string KeyOf(Link link) =>
        $"link:{link.Source.Module}/{link.Source.EntityType}/{link.Source.EntityId}:{link.Type.Word()}:"
        + $"{link.Target.Module}/{link.Target.EntityType}/{link.Target.EntityId}";
}
