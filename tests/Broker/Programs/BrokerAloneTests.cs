using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Hobom.Slices.Tests.Broker.Programs;

/// <summary>The real program with its broker alone, without Redis: operated over its routes and by <c>hobom broker</c>.</summary>
public sealed class BrokerAloneTests : IAsyncLifetime
{
    const string Secret = "a secret of both";

    readonly string folder = Directory.CreateTempSubdirectory("hobom-alone-").FullName;
    readonly Receiver receiver = new() { Status = 422 };
    BrokerProgram program = null!;

    public Task InitializeAsync()
    {
        program = BrokerProgram.Alone(
            ("HOBOM_BROKER_PROVIDER", "sqlite"), ("HOBOM_BROKER_SQLITE_FILE", Path.Combine(folder, "events.db")),
            ("HOBOM_BROKER_WEBHOOKS_ALLOW_PRIVATE", "true"), ("HOBOM_BROKER_SOURCES_GITHUB_SCHEME", "github"),
            ("HOBOM_BROKER_SOURCES_GITHUB_SECRETS", $"old,{Secret}"),
            ("HOBOM_BROKER_PAYLOAD_MAX_BYTES", "3000000"));
        return program.UntilAsync(async () => (await program.GetAsync("broker/stats")).GetProperty("is_running").GetBoolean(), 120);
    }

    public async Task DisposeAsync()
    {
        await program.DisposeAsync();
        receiver.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_is_dead_is_seen_and_replayed_without_Redis_and_all_of_it_is_in_the_trail()
    {
        await HobomAsync(0, "put", "billing", "--pattern", "shop.**", "--webhook", receiver.Address, "--cloud-events", "structured", "--retries", "0");
        await HobomAsync(0, "publish", "shop.order.create", """{ "nr":1 }""", "--source", "shop", "--id", "e1");
        await HobomAsync(0, "publish", "lonely.event", "null", "--source", "shop", "--id", "e2");
        await program.UntilAsync(async () => (await HobomAsync(0, "dead")).Contains("e1", StringComparison.Ordinal));
        Assert.Contains("ForAnOperator", await HobomAsync(0, "explain", "shop", "e1"), StringComparison.Ordinal);
        Assert.Contains("none wants lonely.event", await HobomAsync(0, "explain", "shop", "e2"), StringComparison.Ordinal);

        receiver.Status = 200;
        var plan = await HobomAsync(0, "replay", "billing", "--only-dead", "--start");
        Assert.Contains("running", plan, StringComparison.Ordinal);
        await program.UntilAsync(async () => (await HobomAsync(0, "replays")).Contains("finished", StringComparison.Ordinal));
        await program.UntilAsync(async () => (await HobomAsync(0, "event", "shop", "e1")).Contains("completed", StringComparison.Ordinal));
        var (headers, body) = receiver.Received[^1];
        Assert.StartsWith("application/cloudevents+json", headers["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("\"data\":{ \"nr\":1 }", body, StringComparison.Ordinal);

        await HobomAsync(0, "pause", "billing");
        Assert.Contains("consumer billing is paused", await ReadyAsync(), StringComparison.Ordinal);
        await HobomAsync(0, "set", "outbox-batch-size", "20");
        Assert.Contains("20", await HobomAsync(0, "settings"), StringComparison.Ordinal);
        await HobomAsync(3, "resume", "nobody");
        var trail = (await program.GetAsync("broker/audit")).GetProperty("entries").EnumerateArray()
            .Select(e => $"{e.GetProperty("entry").GetProperty("action")} {e.GetProperty("entry").GetProperty("phase")}").ToArray();
        foreach (var line in (string[])["put consumer intent", "put consumer outcome", "plan broker replay outcome", "start broker replay outcome", "pause consumer outcome", "change setting outcome"])
            Assert.Contains(line, trail);
    }

    [Fact]
    public async Task Schemas_are_registered_and_a_misfit_is_refused()
    {
        var file = Path.Combine(folder, "schema.json");
        await File.WriteAllTextAsync(file, """{"type":"object","required":["nr"],"properties":{"nr":{"type":"integer"}}}""");
        await HobomAsync(0, "schema", "shop.order.create", "1", file);
        Assert.Contains("shop.order.create", await HobomAsync(0, "schemas"), StringComparison.Ordinal);
        await HobomAsync(0, "publish", "shop.order.create", """{"nr":1}""", "--id", "good");
        Assert.Contains("does not fit version 1", await HobomAsync(3, "publish", "shop.order.create", "{}", "--id", "bad"), StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, """{"type":"object","required":["id"]}""");
        Assert.Contains("'id' is required", await HobomAsync(3, "schema", "shop.order.create", "2", file), StringComparison.Ordinal);
        await HobomAsync(2, "publish", "shop.order.create", "no json");
    }

    [Fact]
    public async Task A_signed_delivery_of_another_system_is_an_event_once_and_no_other_is()
    {
        const string body = """{"action":"opened", "issue":{"n":1}}""";
        Assert.Equal(HttpStatusCode.Accepted, await DeliverAsync("github", body, Secret));
        Assert.Equal(HttpStatusCode.Accepted, await DeliverAsync("github", body, Secret));
        Assert.Equal(HttpStatusCode.Unauthorized, await DeliverAsync("github", body, "another"));
        Assert.Equal(HttpStatusCode.Unauthorized, await DeliverAsync("gitlab", body, Secret));
        Assert.Equal(HttpStatusCode.Conflict, await DeliverAsync("github", """{"action":"opened"}""", Secret));
        var events = (await program.GetAsync("broker/events?source=github")).GetProperty("events");
        Assert.Equal(1, events.GetArrayLength());
        Assert.Equal(("github.issues.opened", body), (events[0].GetProperty("type").GetString(), events[0].GetProperty("payload").GetRawText()));
    }

    [Theory]
    [InlineData(2_000_000, HttpStatusCode.Accepted, HttpStatusCode.Accepted)]
    [InlineData(3_100_000, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest)]
    [InlineData(4_000_000, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Where_larger_payloads_are_taken_so_are_the_requests_that_bring_them(int bytes, HttpStatusCode published, HttpStatusCode delivered)
    {
        var payload = $"\"{new string('x', bytes - 2)}\"";
        Assert.Equal(published, await SendAsync(
            HttpMethod.Post, "broker/events", $$"""{"source":"shop","type":"large.event","payload":{{payload}}}"""));
        Assert.Equal(delivered, await DeliverAsync("github", payload, Secret));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendAsync(HttpMethod.Put, "broker/schemas/a/1", payload));
    }

    async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, string body)
    {
        using var client = NewPatientClient();
        using var request = new HttpRequestMessage(method, new Uri(program.Http.BaseAddress!, path))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, values) in program.Http.DefaultRequestHeaders) request.Headers.Add(name, values);
        request.Headers.ExpectContinue = true;
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    /// <summary>Its bodies wait for the server's word: one that is refused by its length ends the connection under them.</summary>
    static HttpClient NewPatientClient() => new(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) });

    async Task<HttpStatusCode> DeliverAsync(string source, string body, string secret)
    {
        using var client = NewPatientClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{program.Address}/hobom-event-processor/sources/{source}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.ExpectContinue = true;
        request.Headers.Add("X-GitHub-Event", "issues");
        request.Headers.Add("X-GitHub-Delivery", "d-1");
        request.Headers.Add(
            "X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body))));
        return (await client.SendAsync(request)).StatusCode;
    }

    async Task<string> ReadyAsync()
    {
        var text = "";
        await program.UntilAsync(async () =>
        {
            using var client = new HttpClient();
            text = await client.GetStringAsync($"http://{program.Address}/health/ready");
            return text.Contains("degraded", StringComparison.Ordinal);
        });
        return text;
    }

    async Task<string> HobomAsync(int exitCode, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [BrokerProgram.PathOfProgram, "broker", .. arguments, "--url", $"http://{program.Address}"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["HOBOM_API_KEY"] = BrokerProgram.Key;
        using var hobom = Process.Start(start)!;
        var output = hobom.StandardOutput.ReadToEndAsync();
        var error = await hobom.StandardError.ReadToEndAsync();
        await hobom.WaitForExitAsync();
        Assert.True(hobom.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {hobom.ExitCode}\n{await output}\n{error}");
        return await output + error;
    }
}
