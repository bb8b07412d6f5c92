using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Links.Endpoints;

public sealed class GetLinkEndpoint(LinksSlice slice) : LinkRoute(slice)
{
    public override void Configure()
    {
        Get("/links/{id}");
        Policies(Role.Reader);
        Describe("Look at a link", "Readers see no metadata.", LinkView.Example, (404, NoSuchLink));
    }

    protected override async Task HandleAsync(LinkRegister links, CancellationToken ct)
    {
        if (!(await links.GetByIdAsync(Id, ct)).TryGetRight(out var found, out var failure)) await RefuseAsync(failure, ct);
        else if (found.Case is StoredLink link) await Send.OkAsync(LinkView.Of(link, SeesAll), ct);
        else await RefuseAsync(404, NoSuchLink, ct);
    }
}
