using System.Text.Json.Serialization;
using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Authentication;

namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>A key, shown once.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
sealed class BeginSessionRequest
{
    public string? Key { get; set; }
}

/// <summary>Signs in with a key. The browser keeps a session's cookie from then on, and the key nowhere.</summary>
sealed class BeginSessionEndpoint(
    CallerKeys keys, RefusalLog refusals, SignInWays ways, TimeProvider clock, ILogger<BeginSessionEndpoint> log)
    : Endpoint<BeginSessionRequest, object>
{
    public override void Configure()
    {
        Post(GetSessionEndpoint.Route);
        RoutePrefixOverride("");
        AllowAnonymous();
        Description(b => b.Produces<SessionView>().Produces<ErrorAnswer>(400).Produces<ErrorAnswer>(401));
        Summary(s =>
        {
            s.Summary = "Sign in with a key";
            s.Description = $"Sets the cookie `{SessionAuthentication.Cookie}`, which browsers keep over TLS or from their own machine "
                + "only. The session ends after 30 minutes without a request, after 8 hours, when the key does, and with the process. "
                + "Programs send the key as `x-api-key` and need no session.";
            s.ExampleRequest = new BeginSessionRequest { Key = "relay_0192f0c1_…" };
            s.ResponseExamples[200] = SessionView.Example;
            s.ResponseExamples[400] = new ErrorAnswer("key is wanted") { Field = "key" };
            s.ResponseExamples[401] = new ErrorAnswer("unauthorized");
        });
    }

    public override async Task HandleAsync(BeginSessionRequest req, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(req.Key))
        {
            await Send.ResponseAsync(new ErrorAnswer("key is wanted") { Field = "key" }, 400, ct);
            return;
        }

        if (!keys.Know(req.Key.Trim()).TryGetRight(out var owner, out var refusal))
        {
            refusals.Note(HttpContext, StatusCodes.Status401Unauthorized, $"the key is refused: {refusal}");
            await Send.ResponseAsync(new ErrorAnswer("unauthorized"), 401, ct);
            return;
        }

        await HttpContext.SignInAsync(SessionAuthentication.SchemeName, CallerIdentity.Of(owner, SessionAuthentication.SchemeName));
        log.LogInformation("{Name} signed in from {Address}", owner.Name, HttpContext.Connection.RemoteIpAddress);
        await Send.ResponseAsync(SessionView.Of(owner, signedIn: true, ways, clock.GetUtcNow()), 200, ct);
    }
}
