using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>One processor for all the tests of the HTTP contract that change nothing.</summary>
public sealed class IdleProcessor(ProcessorNeighbours neighbours) : IAsyncLifetime
{
    public RunningProcessor Running { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await neighbours.ResetAsync();
        Running = await RunningProcessor.StartAsync(neighbours.Settings());
    }

    public async Task DisposeAsync() => await Running.DisposeAsync();
}

[Collection(ProcessorCollection.Name)]
public sealed class HttpContractTests(ProcessorNeighbours neighbours, IdleProcessor processor) : IClassFixture<IdleProcessor>
{
    const string Base = DeadLetterApi.BasePath;

    readonly HttpClient http = processor.Running.Http;

    [Fact]
    public async Task Health_answers_anybody_with_exactly_the_contract_s_words()
    {
        using var stranger = http.Stranger();
        Assert.Equal(
            (200, """{"status":"ok","statusCode":200,"message":"Service is healthy"}"""),
            await stranger.AskAsync(HttpMethod.Get, "/health"));
    }

    [Theory]
    [InlineData("GET", "/dlq")]
    [InlineData("GET", "/dlq?prefix=dlq:log:")]
    [InlineData("GET", "/dlq/dlq%3Amenu%3Ax")]
    [InlineData("POST", "/dlq/retry/dlq%3Amenu%3Ax")]
    [InlineData("GET", "/pollers")]
    [InlineData("POST", "/pollers/messages/pause")]
    [InlineData("GET", "/no/such/route")]
    [InlineData("DELETE", "/dlq")]
    [InlineData("GET", "")]
    [InlineData("GET", "/")]
    public async Task Everything_under_the_base_path_refuses_strangers_in_the_same_words(string method, string path)
    {
        using var stranger = http.Stranger();
        foreach (var key in new[] { null, "", "wrong", RunningProcessor.InternalKey + "x", RunningProcessor.InternalKey[..^1] })
        {
            Assert.Equal(
                (401, """{"error":"unauthorized"}"""), await stranger.AskAsync(new HttpMethod(method), Base + path, key));
            Assert.Equal(401, (await stranger.AskAsync(new HttpMethod(method), Base.ToUpperInvariant() + path, key)).Status);
        }
    }

    [Theory]
    [InlineData("a:b::c")]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("100% %25 %zz")]
    [InlineData("한국어 \U0001F600")]
    [InlineData("a+b c&d=e?f#g")]
    [InlineData("..")]
    [InlineData("\"\\\n\t")]
    public async Task A_letter_is_shown_by_its_percent_encoded_key_byte_for_byte(string id)
    {
        var payload = $$"""{ "title" : {{JsonSerializer.Serialize(id)}}, "n":1.0e2 }""";
        await neighbours.Plain.StringSetAsync($"dlq:menu:{id}", payload);
        var (status, body) = await http.GetLetterAsync($"dlq:menu:{id}");
        Assert.Equal(200, status);
        Assert.StartsWith($$"""{"item":{{payload}},"letter":{"key":"dlq:menu:""", body, StringComparison.Ordinal);
        Assert.Equal((200, body[..50]), await BeginningAsync($"/dlq/{Uri.EscapeDataString($"dlq:menu:{id}")}/"));
        Assert.Equal((200, body[..50]), await BeginningAsync($"/dlq/-?key={Uri.EscapeDataString($"dlq:menu:{id}")}"));
    }

    [Fact]
    public async Task A_letter_with_a_NUL_in_its_id_is_reached_by_its_key_in_the_query()
    {
        const string key = "dlq%3Amenu%3Aa%00b";
        await neighbours.Plain.StringSetAsync("dlq:menu:a\0b", "1");
        Assert.Equal((400, ""), await BeginningAsync($"/dlq/{key}"));
        var (status, body) = await http.AskAsync(HttpMethod.Get, $"{Base}/dlq/-?key={key}");
        Assert.Equal(200, status);
        Assert.StartsWith("""{"item":1,"letter":{"key":"dlq:menu:a\u0000b",""", body, StringComparison.Ordinal);
        Assert.Equal(
            (404, """{"error":"there is no dead letter dlq:menu:a\u0000c"}"""),
            await http.AskAsync(HttpMethod.Get, $"{Base}/dlq/-?key={key[..^1]}c"));
    }

    async Task<(int Status, string Beginning)> BeginningAsync(string path)
    {
        var (status, body) = await http.AskAsync(HttpMethod.Get, Base + path);
        return (status, body[..Math.Min(50, body.Length)]);
    }

    [Fact]
    public async Task Ids_that_differ_only_in_their_encoding_are_different_letters()
    {
        await neighbours.Plain.StringSetAsync("dlq:menu:p/q", "1");
        Assert.StartsWith("""{"item":1,"letter":{"key":"dlq:menu:p/q",""", (await http.GetLetterAsync("dlq:menu:p/q")).Body, StringComparison.Ordinal);
        Assert.Equal(404, (await http.GetLetterAsync("dlq:menu:p%2Fq")).Status);
        Assert.Equal(404, (await http.GetLetterAsync("dlq:menu:P/Q")).Status);
    }

    [Theory]
    [InlineData("GET", "/dlq/dlq%3Amenu%3Anobody", 404)]
    [InlineData("POST", "/dlq/retry/dlq%3Amenu%3Anobody", 404)]
    [InlineData("GET", "/dlq/menu%3Ax", 400)]
    [InlineData("GET", "/dlq/dlq%3Amenu", 400)]
    [InlineData("GET", "/dlq/dlq%3Amenu%3A", 400)]
    [InlineData("GET", "/dlq/dlq%3AMENU%3Ax", 400)]
    [InlineData("POST", "/dlq/retry/nonsense", 400)]
    [InlineData("POST", "/dlq/retry/dlq%3A%3Ax", 400)]
    [InlineData("POST", "/dlq/retry/dlq%3Amenu%3Anobody?confirm=yes", 400, "confirm")]
    [InlineData("GET", "/dlq?prefix=menu", 400, "prefix")]
    [InlineData("GET", "/dlq?prefix=dlq%3A*", 400, "prefix")]
    [InlineData("GET", "/dlq?prefix=dlq%3Amenu%3A%5Ba", 400, "prefix")]
    [InlineData("GET", "/dlq?prefix=dlq%3Amenu%3A%3F", 400, "prefix")]
    public async Task What_is_not_there_or_not_well_formed_is_answered_with_an_error_that_names_the_field(string method, string path, int status, string field = "key")
    {
        var (answered, body) = await http.AskAsync(new HttpMethod(method), Base + path);
        Assert.Equal(status, answered);
        var answer = JsonDocument.Parse(body).RootElement;
        Assert.NotEqual("", answer.GetProperty("error").GetString());
        if (status == 400) Assert.Equal(field, answer.GetProperty("field").GetString());
    }

    [Fact]
    public async Task Letters_of_other_writers_are_listed_after_a_start_all_or_by_prefix()
    {
        await neighbours.ResetAsync();
        await neighbours.Plain.StringSetAsync("dlq:menu:a:1", "{}");
        await neighbours.Plain.StringSetAsync("dlq:log:b", "[{}]");
        await using var fresh = await RunningProcessor.StartAsync(neighbours.Settings());
        await Eventually.TrueAsync(
            async () => KeysIn((await fresh.Http.ListLettersAsync()).Body).Length == 2, null, () => fresh.Output);
        var (status, body) = await fresh.Http.ListLettersAsync();
        Assert.Equal(200, status);
        Assert.Equal(["dlq:log:b", "dlq:menu:a:1"], KeysIn(body).Order(StringComparer.Ordinal));
        Assert.Equal((200, """{"items":["dlq:log:b"]}"""), await fresh.Http.ListLettersAsync("?prefix=dlq%3Alog%3A"));
        Assert.Equal((200, """{"items":["dlq:menu:a:1"]}"""), await fresh.Http.ListLettersAsync("?prefix=dlq:menu:a:"));
        Assert.Equal((200, """{"items":[]}"""), await fresh.Http.ListLettersAsync("?prefix=dlq:law:"));
    }

    [Fact]
    public async Task The_description_lists_the_contract_s_routes_and_a_page_shows_it()
    {
        var (status, body) = await http.AskAsync(HttpMethod.Get, "/swagger/v1/swagger.json");
        Assert.Equal(200, status);
        var paths = JsonDocument.Parse(body).RootElement.GetProperty("paths");
        Assert.True(paths.GetProperty($"{Base}/dlq").TryGetProperty("get", out _));
        Assert.True(paths.GetProperty($"{Base}/dlq/{{key}}").TryGetProperty("get", out _));
        Assert.True(paths.GetProperty($"{Base}/dlq/retry/{{key}}").TryGetProperty("post", out _));
        var (page, html) = await http.AskAsync(HttpMethod.Get, "/swagger");
        Assert.Equal(200, page);
        Assert.Contains("<html", html, StringComparison.OrdinalIgnoreCase);
    }

    static string[] KeysIn(string body) =>
        [.. JsonDocument.Parse(body).RootElement.GetProperty("items").EnumerateArray().Select(i => i.GetString()!)];
}
