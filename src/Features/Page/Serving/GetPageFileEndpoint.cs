using FastEndpoints;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Page.Serving;

/// <summary>What the page is made of. Its path holds the version of all files, so a browser may keep it.</summary>
public sealed class GetPageFileEndpoint(PageFiles files) : EndpointWithoutRequest
{
    public override void Configure()
    {
        Get("/page/{version}/{file}");
        RoutePrefixOverride("");
        AllowAnonymous();
        Description(b => b.ExcludeFromDescription());
    }

    public override Task HandleAsync(CancellationToken ct) =>
        files.Find(Route<string>("version") ?? "", Route<string>("file") ?? "") is { } file
            ? PageAnswer.SendAsync(HttpContext, file, forever: true)
            : ErrorAnswer.WriteAsync(HttpContext, 404, "the page has no such file, or is of another build: load it again");
}
