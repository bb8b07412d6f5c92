using System.Net;
using Hobom.Slices.Host;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>Without a key: this machine may do everything, others see whether it is well.</summary>
[Collection(nameof(HostApp))]
public sealed class ThisMachineOnlyTests
{
    const string Elsewhere = "192.0.2.7";

    [Theory]
    [InlineData("/health", Elsewhere, 200)]
    [InlineData("/health/live", Elsewhere, 200)]
    [InlineData("/health/ready", Elsewhere, 503)]
    [InlineData("/health/ready", "2001:db8::7", 503)]
    [InlineData("/swagger/index.html", Elsewhere, 403)]
    [InlineData("/swagger/v1/swagger.json", Elsewhere, 403)]
    [InlineData("/", Elsewhere, 403)]
    [InlineData("/health/other", Elsewhere, 403)]
    [InlineData("/_test_url_cache_", Elsewhere, 403)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", Elsewhere, 403)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "::ffff:192.0.2.7", 403)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", null, 403)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "127.0.0.1", 400)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "::ffff:127.0.0.2", 400)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "::1", 400)]
    [InlineData("/swagger/v1/swagger.json", "127.0.0.1", 200)]
    public async Task Others_get_health_and_else_the_variable_that_opens_it(string path, string? from, int status)
    {
        await using var served = HostApp.Build(new FormattedLines(), [], ("HOBOM_HTTP_ADDR", ""));
        await served.Api.StartAsync();
        var (answered, body) = await AskAsync(served, path, from);
        Assert.Equal(status, answered);
        if (status != 403) return;
        Assert.Contains("HOBOM_INTERNAL_API_KEY", body, StringComparison.Ordinal);
        Assert.Contains("HOBOM_INTERNAL_API_ALLOW_ANONYMOUS=true", body, StringComparison.Ordinal);
    }

    /// <summary>A name of another site's that leads to this machine, as a browser asks for it that shows a page of that site.</summary>
    [Theory]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "rebound.example:8082", 403)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "localhost.rebound.example", 403)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "127.0.0.1.rebound.example", 403)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "192.0.2.7:8082", 403)]
    [InlineData("/", "rebound.example:8082", 403)]
    [InlineData("/health/live", "rebound.example:8082", 200)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "localhost:8082", 400)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "LocalHost", 400)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "127.0.0.2:8082", 400)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "[::1]:8082", 400)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "[::ffff:127.0.0.1]", 400)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", "", 400)]
    public async Task This_machine_is_answered_under_its_own_name_only(string path, string name, int status)
    {
        await using var served = HostApp.Build(new FormattedLines(), [], ("HOBOM_HTTP_ADDR", ""));
        await served.Api.StartAsync();
        var (answered, body) = await AskAsync(served, path, "127.0.0.1", name);
        Assert.Equal(status, answered);
        if (status == 403) Assert.Contains("HOBOM_INTERNAL_API_KEY", body, StringComparison.Ordinal);
    }

    /// <summary>What it brings is known by its signature: this one has none.</summary>
    [Theory]
    [InlineData(Elsewhere, "events.example")]
    [InlineData("127.0.0.1", "events.example:8082")]
    [InlineData("127.0.0.1", "localhost")]
    public async Task A_delivery_of_another_system_is_let_through_to_where_its_signature_is_looked_at(string from, string name)
    {
        await using var served = HostApp.Build(
            new FormattedLines(), [], ("HOBOM_HTTP_ADDR", ""), ("HOBOM_BROKER_PROVIDER", "memory"),
            ("HOBOM_BROKER_SOURCES_GITHUB_SCHEME", "github"), ("HOBOM_BROKER_SOURCES_GITHUB_SECRETS", "secret"));
        await served.Api.StartAsync();
        var (status, body) = await AskAsync(served, "/hobom-event-processor/sources/github", from, name, "POST");
        Assert.Equal(401, status);
        Assert.Contains("signature", body, StringComparison.Ordinal);
        if (name is not "localhost") Assert.Equal(403, (await AskAsync(served, "/hobom-event-processor/sources", from, name)).Status);
    }

    [Theory]
    [InlineData("HOBOM_INTERNAL_API_ALLOW_ANONYMOUS", "true", 400)]
    [InlineData("HOBOM_INTERNAL_API_KEY", "key", 401)]
    public async Task Opened_by_a_variable_it_answers_others_too(string variable, string value, int status)
    {
        await using var served = HostApp.Build(new FormattedLines(), [], ("HOBOM_HTTP_ADDR", ":8082"), (variable, value));
        await served.Api.StartAsync();
        Assert.Equal(status, (await AskAsync(served, HttpApi.BasePath + "/dlq?prefix=x", Elsewhere)).Status);
    }

    [Theory]
    [InlineData(null, null, "answers this machine only")]
    [InlineData("HOBOM_INTERNAL_API_ALLOW_ANONYMOUS", "true", "open to whoever can reach it")]
    [InlineData("HOBOM_INTERNAL_API_KEY", "key", null)]
    public void The_start_is_never_refused_for_it_and_the_log_says_who_is_answered(string? variable, string? value, string? warning)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOBOM_GRPC_ADDR"] = "h:1", ["HOBOM_GRPC_API_KEY"] = "k", ["HOBOM_KAFKA_BROKER"] = "h:1", ["HOBOM_REDIS_ADDR"] = "h:1",
        };
        if (variable is not null) environment[variable] = value!;
        var settings = Settings.Read(environment).Right();
        Assert.Equal(new ListenAddress(null, 8082), settings.Http);
        if (warning is null) Assert.Null(settings.Access.Warning);
        else Assert.Contains(warning, settings.Access.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_start_of_the_broker_alone_is_not_refused_either()
    {
        var read = BrokerProcessor.SettingsAlone(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["HOBOM_BROKER_PROVIDER"] = "memory" });
        await using var alone = BrokerProcessor.Build(read.IfNone(() => throw new InvalidOperationException("the broker is off")).Right());
    }

    static async Task<(int Status, string Body)> AskAsync(Processor served, string path, string? from, string name = "localhost", string method = "GET")
    {
        var parts = path.Split('?');
        var answer = await served.Api.GetTestServer().SendAsync(http =>
        {
            http.Request.Method = method;
            http.Request.Path = parts[0];
            if (parts.Length > 1) http.Request.QueryString = new QueryString($"?{parts[1]}");
            http.Request.Host = new HostString(name);
            http.Connection.RemoteIpAddress = from is null ? null : IPAddress.Parse(from);
        });
        using var body = new StreamReader(answer.Response.Body);
        return (answer.Response.StatusCode, await body.ReadToEndAsync());
    }
}
