using FastEndpoints;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Page.Serving;

/// <summary>The page itself, which holds nothing but its own text: what it shows it asks for with the visitor's rights.</summary>
public sealed class ShowPageEndpoint(PageFiles files) : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("/");
        RoutePrefixOverride("");
        AllowAnonymous();
        Description(b => b.ExcludeFromDescription());
    }

    public override Task HandleAsync(CancellationToken ct) => PageAnswer.SendAsync(HttpContext, files.Page, forever: false);
}
