using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Host.Access.Sessions;
using Hobom.Slices.Host.Guards;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Hobom.Slices.Host.Access.Oidc;

/// <summary>ASP.NET Core's own handlers: the code flow with PKCE for people, bearer tokens for scripts.</summary>
static class OidcAccess
{
    public const string SignInScheme = "Oidc";
    public const string BearerScheme = JwtBearerDefaults.AuthenticationScheme;

    /// <summary>A closed list, asymmetric only: no token chooses how it is checked.</summary>
    static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256,
        SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);

    /// <summary>A token with a key that nobody knows makes the provider's keys be asked for, this often at most.</summary>
    static readonly TimeSpan KeyRefreshInterval = TimeSpan.FromSeconds(10);

    public static void Add(AuthenticationBuilder authentication, OidcSettings settings)
    {
        // What a browser carries to the provider and back lives minutes; nothing is to lie on a disk for it.
        authentication.Services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider, EphemeralDataProtectionProvider>());
        authentication.AddOpenIdConnect(SignInScheme, o => SetSignIn(o, settings)).AddJwtBearer(BearerScheme, o => SetBearer(o, settings));
        // Else a key that the provider has taken back would count for an hour more, as the last that was known to be good.
        authentication.Services.PostConfigure<JwtBearerOptions>(
            BearerScheme, o => ((BaseConfigurationManager)o.ConfigurationManager!).UseLastKnownGoodConfiguration = false);
    }

    static void SetSignIn(OpenIdConnectOptions o, OidcSettings settings)
    {
        o.Authority = settings.Authority.AbsoluteUri;
        o.RequireHttpsMetadata = !settings.Authority.IsLoopback;
        (o.ClientId, o.ClientSecret) = (settings.ClientId, settings.ClientSecret);
        o.SignInScheme = SessionAuthentication.SchemeName;
        o.CallbackPath = "/session/oidc/callback";
        o.ResponseType = OpenIdConnectResponseType.Code;
        // The provider's answer comes as a GET of a browser: a POST from its page would be a change that another site asks for.
        o.ResponseMode = OpenIdConnectResponseMode.Query;
        o.UsePkce = true;
        o.SaveTokens = false;
        o.MapInboundClaims = false;
        o.GetClaimsFromUserInfoEndpoint = true;
        o.ClaimActions.MapJsonKey(settings.GroupsClaim, settings.GroupsClaim);
        o.ClaimActions.MapJsonKey("preferred_username", "preferred_username");
        o.ClaimActions.MapJsonKey("email", "email");
        o.RefreshInterval = KeyRefreshInterval;
        o.TokenValidationParameters.ValidAlgorithms = Algorithms;
        o.TokenValidationParameters.ClockSkew = ClockSkew;
        o.CorrelationCookie.SameSite = o.NonceCookie.SameSite = SameSiteMode.Lax;
        o.CorrelationCookie.SecurePolicy = o.NonceCookie.SecurePolicy = CookieSecurePolicy.Always;
        o.Events.OnRedirectToIdentityProvider = sent =>
        {
            // Browsers keep the session's cookie over TLS and on this machine only: who asks for another name comes through a proxy that
            // ends TLS, however plain the connection from there is. Providers take an address as it was registered or not at all; the
            // handler repeats this one when it exchanges the code.
            if (!ThisMachineOnly.IsNamedAsThisMachine(sent.Request.Host))
                sent.ProtocolMessage.RedirectUri = UriHelper.BuildAbsolute(
                    Uri.UriSchemeHttps, sent.Request.Host, sent.Request.PathBase, sent.Options.CallbackPath);
            return Task.CompletedTask;
        };
        o.Events.OnTicketReceived = received =>
        {
            var owner = OidcCaller.Of(received.Principal!, settings);
            if (owner.Roles.Count == 0)
            {
                LogOf(received.HttpContext).LogWarning(
                    LogEvents.Named("session.refused"),
                    "{Name} signed in at the provider and is in no group that has a role", owner.Name);
                received.Response.Redirect("/?signin=norole");
                received.HandleResponse();
                return Task.CompletedTask;
            }

            received.Principal = CallerIdentity.Of(owner, SessionAuthentication.SchemeName);
            LogOf(received.HttpContext).LogInformation(
                LogEvents.Named("session.begun"),
                "{Name} signed in from {Address}", owner.Name, received.HttpContext.Connection.RemoteIpAddress);
            return Task.CompletedTask;
        };
        o.Events.OnRemoteFailure = failed =>
        {
            LogOf(failed.HttpContext).LogWarning(
                LogEvents.Named("session.failed"),
                "a sign-in at the provider failed: {Reason}", failed.Failure?.Message);
            failed.Response.Redirect("/?signin=failed");
            failed.HandleResponse();
            return Task.CompletedTask;
        };
    }

    static void SetBearer(JwtBearerOptions o, OidcSettings settings)
    {
        o.Authority = settings.Authority.AbsoluteUri;
        o.RequireHttpsMetadata = !settings.Authority.IsLoopback;
        o.MapInboundClaims = false;
        o.RefreshInterval = KeyRefreshInterval;
        o.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAudience = settings.Audience, ValidAlgorithms = Algorithms, ClockSkew = ClockSkew, RequireExpirationTime = true,
            RequireSignedTokens = true, ValidateIssuer = true, ValidateIssuerSigningKey = true,
        };
        o.Events = new JwtBearerEvents
        {
            OnTokenValidated = validated =>
            {
                validated.Principal = CallerIdentity.Of(OidcCaller.Of(validated.Principal!, settings), BearerScheme);
                return Task.CompletedTask;
            },
        };
    }

    static ILogger LogOf(HttpContext http) =>
        http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Hobom.Slices.Host.Access.Oidc");
}
