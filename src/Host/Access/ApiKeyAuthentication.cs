using System.Text.Encodings.Web;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Hobom.Slices.Host.Access;

/// <summary>Knows a caller by the <c>x-api-key</c> header and by nothing else; answers and logs the refusals of all callers.</summary>
sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, CallerKeys keys, RefusalLog refusals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string Header = "x-api-key";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var presented = Request.Headers[Header] is [{ Length: > 0 } one] ? one : null;
        return Task.FromResult(
            keys.Know(presented).TryGetRight(out var owner, out var refusal) ? Accept(owner)
            : refusal == KeyRefusal.Missing ? AuthenticateResult.NoResult()
            : AuthenticateResult.Fail($"{refusal}"));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var tried = await HandleAuthenticateOnceSafeAsync();
        refusals.Note(
            Context, StatusCodes.Status401Unauthorized, tried.Failure is { } why ? $"the key is refused: {why.Message}" : "no key");
        await ErrorAnswer.WriteAsync(Context, StatusCodes.Status401Unauthorized, new ErrorAnswer("unauthorized"));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var needs = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>()
            .Select(asked => asked.Policy).FirstOrDefault(role => role is not null && !Context.User.IsInRole(role));
        refusals.Note(Context, StatusCodes.Status403Forbidden, $"it needs the role {needs}");
        return ErrorAnswer.WriteAsync(Context, StatusCodes.Status403Forbidden, new ErrorAnswer("forbidden") { Needs = needs });
    }

    static AuthenticateResult Accept(KeyOwner owner) =>
        AuthenticateResult.Success(new AuthenticationTicket(CallerIdentity.Of(owner, SchemeName), SchemeName));
}
