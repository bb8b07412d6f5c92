using FastEndpoints;
using Hobom.Slices.Host.Access.Sessions;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Authentication;

namespace Hobom.Slices.Host.Access.Oidc;

/// <summary>Sends a browser to the provider; it comes back with a code, and gets a session.</summary>
sealed class BeginOidcEndpoint(SignInWays ways) : EndpointWithoutRequest
{
    const string Off = "no provider is set: HOBOM_OIDC_AUTHORITY names one";

    public override void Configure()
    {
        Get("/session/oidc");
        RoutePrefixOverride("");
        AllowAnonymous();
        Description(b => b.Produces<ErrorAnswer>(404));
        Summary(s =>
        {
            s.Summary = "Sign in at the organisation's provider";
            s.Description = "For browsers: redirects to the provider and, once there is a session, to the page. Programs show a token of "
                + "the provider as `Authorization: Bearer`.";
            s.ResponseExamples[404] = new ErrorAnswer(Off);
        });
    }

    public override Task HandleAsync(CancellationToken ct)
    {
        if (!ways.Names.Contains(SignInWays.Oidc, StringComparer.Ordinal))
            return ErrorAnswer.WriteAsync(HttpContext, StatusCodes.Status404NotFound, Off);
        HttpContext.MarkResponseStart();
        return HttpContext.ChallengeAsync(OidcAccess.SignInScheme, new AuthenticationProperties { RedirectUri = "/" });
    }
}
