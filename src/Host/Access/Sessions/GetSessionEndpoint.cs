using FastEndpoints;

namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>What a page asks first.</summary>
sealed class GetSessionEndpoint(SignInWays ways, TimeProvider clock) : EndpointWithoutRequest<SessionView>
{
    public const string Route = "/session";

    public override void Configure()
    {
        Get(Route);
        RoutePrefixOverride("");
        AllowAnonymous();
        Summary(s =>
        {
            s.Summary = "Who is looking";
            s.Description = "The caller's name and roles, by key or by session; and how to sign in, for one who is a stranger.";
            s.ResponseExamples[200] = SessionView.Example;
        });
    }

    public override Task HandleAsync(CancellationToken ct)
    {
        var owner = User.Identity?.IsAuthenticated is true ? CallerIdentity.OwnerOf(User) : null;
        var signedIn = User.Identity?.AuthenticationType == SessionAuthentication.SchemeName;
        return Send.OkAsync(SessionView.Of(owner, signedIn, ways, clock.GetUtcNow()), ct);
    }
}
