using System.Text.Json;
using Hobom.Slices.Host;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>The API as the processor builds it, in memory and with no neighbour there. One for all tests: its framework's settings are static.</summary>
public sealed class HostApp : IAsyncLifetime
{
    public const string InternalKey = "the-internal-key";

    Processor? processor;

    public string KeysPath { get; } = Path.GetTempFileName();

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => processor!.Api.Services;

    internal FormattedLines Lines { get; } = new();

    public static string KeyOf(string id) => $"relay_{id}_{new string('k', 42)}{id[0]}";

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(KeysPath, JsonSerializer.Serialize(new { keys = KeyEntries() }));
        processor = Build(Lines, [], (KeysFile.Variable, KeysPath), ("HOBOM_INTERNAL_API_KEY", InternalKey), ("HOBOM_HTTP_RATE_PER_SECOND", "100000"));
        await processor.Api.StartAsync();
        Client = processor.Api.GetTestClient();
    }

    public async Task DisposeAsync()
    {
        await processor!.DisposeAsync();
        File.Delete(KeysPath);
    }

    public Task<HttpResponseMessage> SendAsync(string method, string path, string? key, params (string Name, string Value)[] headers) =>
        // The stream of changes has no end to wait for.
        Client.SendAsync(Request(method, path, key, headers), HttpCompletionOption.ResponseHeadersRead);

    public static HttpRequestMessage Request(string method, string path, string? key, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null) request.Headers.Add("x-api-key", key);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <param name="listenAt">Empty for a server in memory.</param>
    internal static Processor Build(FormattedLines lines, string[] listenAt, params (string Name, string Value)[] settings) =>
        Build(lines, listenAt, 0, settings);

    /// <param name="configure">Of a server in memory.</param>
    internal static Processor Build(
        FormattedLines lines, Action<WebApplicationBuilder> configure, params (string Name, string Value)[] settings) =>
        Build(lines, [], 0, configure, settings);

    /// <param name="port">Of the API, where it listens; 0 for any.</param>
    internal static Processor Build(FormattedLines lines, string[] listenAt, int port, params (string Name, string Value)[] settings) =>
        Build(lines, listenAt, port, _ => { }, settings);

    static Processor Build(
        FormattedLines lines, string[] listenAt, int port, Action<WebApplicationBuilder> configure, (string Name, string Value)[] settings)
    {
        var read = SettingsOf(settings);
        if (listenAt.Length > 0) read = read with { Http = new ListenAddress(System.Net.IPAddress.Loopback, port) };
        return Processor.Build(
            read, lines.NewFactory(),
            builder =>
            {
                if (listenAt.Length == 0) builder.WebHost.UseTestServer();
                configure(builder);
            },
            typeof(HostApp).Assembly);
    }

    /// <summary>With all neighbours set and none of them there.</summary>
    internal static Settings SettingsOf(params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOBOM_GRPC_ADDR"] = "127.0.0.1:1", ["HOBOM_GRPC_API_KEY"] = "grpc", ["HOBOM_KAFKA_BROKER"] = "127.0.0.1:1",
            ["HOBOM_REDIS_ADDR"] = "127.0.0.1:1", ["HOBOM_HTTP_ADDR"] = "127.0.0.1:8082",
            ["HOBOM_SPACE_GRPC_ADDR"] = "127.0.0.1:1", ["HOBOM_LLM_GRPC_ADDR"] = "127.0.0.1:1",
        };
        foreach (var (name, value) in settings) environment[name] = value;
        return Settings.Read(environment).Match(s => s, problems => throw new InvalidOperationException(string.Join('\n', problems.Lines)));
    }

    static object[] KeyEntries() =>
    [
        .. Role.All.Select(role => Entry(role, [role])),
        Entry("early", ["reader"], notBefore: "2999-01-01T00:00:00Z"),
        Entry("late", ["reader"], expires: "2001-01-01T00:00:00Z"),
        Entry("gone", ["reader"], revoked: true),
        Entry("anna-1", ["operator"], name: "anna"),
        Entry("anna-2", ["operator"], name: "anna"),
    ];

    static object Entry(
        string id, string[] roles, string? name = null, string? notBefore = null, string? expires = null, bool revoked = false) => new
        {
            id, name = name ?? $"test-{id}", roles, sha256 = Convert.ToHexString(KeyRing.Digest(KeyOf(id))), notBefore, expires, revoked,
        };
}

[CollectionDefinition(nameof(HostApp))]
public sealed class HostAppCollection : ICollectionFixture<HostApp>;
