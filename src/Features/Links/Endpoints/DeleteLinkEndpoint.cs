using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Links.Endpoints;

public sealed class DeleteLinkEndpoint(LinksSlice slice) : LinkRoute(slice)
{
    public override void Configure()
    {
        Delete("/links/{id}");
        Policies(Role.Operator);
        Describe(
            "Remove a link", "Answers with the link that was removed.", LinkView.Example, (404, NoSuchLink),
            (502, ErrorExamples.RedisAway));
    }

    protected override Task HandleAsync(LinkRegister links, CancellationToken ct)
    {
        var id = Id;
        return AuditAsync("delete link", $"link:{id}", () => DeleteAsync(links, id, ct), ct);
    }

    async Task<string> DeleteAsync(LinkRegister links, LinkId id, CancellationToken ct)
    {
        if (!(await links.DeleteLinkAsync(id, ct)).TryGetRight(out var found, out var failure))
        {
            await RefuseAsync(failure, ct);
            return failure.Message;
        }

        if (found.Case is not StoredLink removed)
        {
            await RefuseAsync(404, NoSuchLink, ct);
            return NoSuchLink.Error;
        }

        await Send.OkAsync(LinkView.Of(removed, SeesAll), ct);
        return "deleted";
    }
}
