using FastEndpoints;
using Microsoft.AspNetCore.Authentication;

namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>Signs out: the session is over here, whatever becomes of the cookie.</summary>
sealed class EndSessionEndpoint(SignInWays ways, TimeProvider clock) : EndpointWithoutRequest<SessionView>
{
    public override void Configure()
    {
        Delete(GetSessionEndpoint.Route);
        RoutePrefixOverride("");
        AllowAnonymous();
        Summary(s =>
        {
            s.Summary = "Sign out";
            s.Description = "Ends the session on the server and takes the cookie back. Without a session it changes nothing.";
            s.ResponseExamples[200] = SessionView.Stranger;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        await HttpContext.SignOutAsync(SessionAuthentication.SchemeName);
        await Send.OkAsync(SessionView.Of(null, signedIn: false, ways, clock.GetUtcNow()), ct);
    }
}
