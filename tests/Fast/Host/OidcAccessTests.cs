using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using Hobom.Slices.Host;
using Hobom.Slices.Host.Access.Oidc;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.TestHost;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>What goes to a provider and what is taken from one; the browser's tests have a real one.</summary>
[Collection(nameof(HostApp))]
public sealed class OidcAccessTests : IAsyncLifetime
{
    const string Issuer = "https://id.example.org";

    readonly RSA key = RSA.Create(2048);
    readonly CodeExchange exchange = new();
    Processor served = null!;

    public async Task InitializeAsync()
    {
        var provider = new OpenIdConnectConfiguration
        {
            Issuer = Issuer, AuthorizationEndpoint = $"{Issuer}/authorize", TokenEndpoint = $"{Issuer}/token",
        };
        provider.SigningKeys.Add(new RsaSecurityKey(key));
        served = HostApp.Build(
            new FormattedLines(), builder => builder.Services
                .Configure<OpenIdConnectOptions>(OidcAccess.SignInScheme, o => (o.Configuration, o.BackchannelHttpHandler) = (provider, exchange))
                .Configure<JwtBearerOptions>(OidcAccess.BearerScheme, o => o.Configuration = provider),
            ("HOBOM_OIDC_AUTHORITY", Issuer), ("HOBOM_OIDC_CLIENT_ID", "hobom"), ("HOBOM_OIDC_CLIENT_SECRET", "secret"),
            ("HOBOM_OIDC_ROLES", "ops=operator"), ("HOBOM_INTERNAL_API_KEY", HostApp.InternalKey));
        await served.Api.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await served.DisposeAsync();
        exchange.Dispose();
        key.Dispose();
    }

    /// <summary>The processor listens in plain HTTP, and TLS ends before it: the name that is asked for tells which it is.</summary>
    [Theory]
    [InlineData("ops.example", "https://ops.example/session/oidc/callback")]
    [InlineData("ops.example:8443", "https://ops.example:8443/session/oidc/callback")]
    [InlineData("10.0.0.7", "https://10.0.0.7/session/oidc/callback")]
    [InlineData("localhost:8082", "http://localhost:8082/session/oidc/callback")]
    [InlineData("127.0.0.1:8082", "http://127.0.0.1:8082/session/oidc/callback")]
    [InlineData("[::1]:8082", "http://[::1]:8082/session/oidc/callback")]
    public async Task The_provider_is_told_the_address_that_the_browser_knows_and_told_the_same_with_the_code(string host, string address)
    {
        using var client = served.Api.GetTestClient();
        using var sent = await client.SendAsync(HostApp.Request("GET", "/session/oidc", null, ("Host", host)));
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        Assert.StartsWith($"{Issuer}/authorize?", sent.Headers.Location!.AbsoluteUri, StringComparison.Ordinal);
        var asked = QueryHelpers.ParseQuery(sent.Headers.Location.Query);
        Assert.Equal(address, asked["redirect_uri"]);

        var cookies = string.Join("; ", sent.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0]));
        var back = $"/session/oidc/callback?code=c&state={Uri.EscapeDataString(asked["state"]!)}";
        using var ended = await client.SendAsync(HostApp.Request("GET", back, null, ("Host", host), ("Cookie", cookies)));
        Assert.Equal("/?signin=failed", ended.Headers.Location?.OriginalString);
        Assert.Equal(address, Assert.Single(exchange.Asked)["redirect_uri"]);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData(HttpApi.BasePath + "/pollers")]
    public async Task A_token_of_the_provider_opens_the_metrics_as_it_opens_the_API_and_so_does_a_key(string path)
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync(path, ("Authorization", $"Bearer {Token("ops")}")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(path, ("Authorization", $"Bearer {Token("strangers")}")));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(path, ("Authorization", $"Bearer {Token("ops")[..^4]}")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(path, ("x-api-key", HostApp.InternalKey)));
    }

    [Fact]
    public async Task Where_a_provider_is_set_Prometheus_can_still_show_a_key_as_a_bearers()
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/metrics", ("Authorization", $"Bearer {HostApp.InternalKey}")));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync("/metrics", ("Authorization", "Bearer another")));
    }

    async Task<HttpStatusCode> AskAsync(string path, (string Name, string Value) header)
    {
        using var client = served.Api.GetTestClient();
        using var answer = await client.SendAsync(HostApp.Request("GET", path, null, header));
        return answer.StatusCode;
    }

    string Token(string group) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer, Audience = "hobom", Subject = new ClaimsIdentity([new Claim("sub", "7"), new Claim("groups", group)]),
        SigningCredentials = new SigningCredentials(new RsaSecurityKey(key), SecurityAlgorithms.RsaSha256),
    });

    /// <summary>Refuses each code, and keeps what it was asked with.</summary>
    sealed class CodeExchange : HttpMessageHandler
    {
        public List<Dictionary<string, string>> Asked { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var form = QueryHelpers.ParseQuery(await request.Content!.ReadAsStringAsync(cancellationToken));
            Asked.Add(form.ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal));
            return new HttpResponseMessage(HttpStatusCode.BadRequest)
            {
                Content = new StringContent("""{"error":"invalid_grant"}""", System.Text.Encoding.UTF8, "application/json"),
            };
        }
    }
}
