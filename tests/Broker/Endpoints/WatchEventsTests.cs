using System.Net;
using System.Text.Json;
using Hobom.Slices.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Broker.Endpoints;

/// <summary>Events as they come, to whoever watches.</summary>
public sealed class WatchEventsTests : BrokerApiTest
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly FakeTimeProvider clock;

    public WatchEventsTests()
        : this(new FakeTimeProvider())
    {
    }

    WatchEventsTests(FakeTimeProvider clock)
        : base(clock) => this.clock = clock;

    [Fact]
    public async Task Who_has_seen_nothing_yet_is_shown_what_comes_and_not_what_was()
    {
        await PostAsync("/broker/events", """{"id":"w1","source":"s","type":"shop.a","payload":1}""");
        await UntilHandledAsync(1);
        using var answer = await WatchAsync();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await PostAsync("/broker/events", """{"id":"w2","source":"s","type":"shop.a","payload":1}""");
        Assert.Equal(["w2"], await IdsAsync(lines, 1));
    }

    [Fact]
    public async Task The_connection_ends_after_five_minutes_and_who_comes_back_with_its_id_has_missed_nothing()
    {
        using var answer = await WatchAsync("?pattern=never");
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("id: 0", await lines.ReadLineAsync().WaitAsync(Limit));
        await PostAsync("/broker/events", """[{"id":"w1","source":"s","type":"shop.a"},{"id":"w2","source":"s","type":"shop.a"}]""");
        await UntilHandledAsync(2);
        var rest = lines.ReadToEndAsync();
        clock.Advance(TimeSpan.FromMinutes(5));
        for (var i = 0; i < 300 && !rest.IsCompleted; i++)
        {
            // Its next look.
            clock.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(rest, Task.Delay(50));
        }

        Assert.True(rest.IsCompleted);
        Assert.Equal("id: 2", (await rest).Split('\n', StringSplitOptions.RemoveEmptyEntries).Last(l => l.StartsWith("id: ", StringComparison.Ordinal)));
        await PostAsync("/broker/events", """{"id":"w3","source":"s","type":"shop.a"}""");
        using var again = await WatchAsync("", "2");
        using var on = new StreamReader(await again.Content.ReadAsStreamAsync());
        Assert.Equal(["w3"], await IdsAsync(on, 1));
    }

    [Fact]
    public async Task A_caller_has_twenty_at_a_time()
    {
        var open = new List<HttpResponseMessage>();
        for (var n = 0; n < OpenStreams.Limit; n++) open.Add(await WatchAsync());
        Assert.All(open, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        using (var refused = await WatchAsync()) Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        open.ForEach(answer => answer.Dispose());
        var status = HttpStatusCode.TooManyRequests;
        for (var i = 0; i < 500 && status != HttpStatusCode.OK; i++)
        {
            await Task.Delay(20);
            clock.Advance(TimeSpan.FromSeconds(2));
            using var again = await WatchAsync();
            status = again.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, status);
    }

    /// <summary>In a text of JSON they stand as they are, and are no ends of lines; between its parts CR and LF are.</summary>
    [Theory]
    [InlineData("\"a\u2028b\u2029c\u0085d\"")]
    [InlineData("{\r\n\"a\":\r1,\n\"b\":2}")]
    public async Task A_payload_is_shown_as_it_was_written(string payload)
    {
        using var answer = await WatchAsync("", null, RoleHeader.Backend);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await PostAsync("/broker/events", "{\"id\":\"w1\",\"source\":\"s\",\"type\":\"shop.a\",\"payload\":" + payload + "}");
        var data = new List<string>();
        while (data.Count == 0 || !JsonIsWhole(data))
        {
            var line = await lines.ReadLineAsync().WaitAsync(Limit);
            if (line!.StartsWith("data: ", StringComparison.Ordinal)) data.Add(line["data: ".Length..]);
            else Assert.True(data.Count == 0, $"the event ends with {string.Join('\n', data)}");
        }

        using var shown = JsonDocument.Parse(string.Join('\n', data));
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(payload).RootElement, shown.RootElement.GetProperty("payload")));
    }

    static bool JsonIsWhole(List<string> lines)
    {
        try
        {
            using var json = JsonDocument.Parse(string.Join('\n', lines));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    async Task UntilHandledAsync(int count)
    {
        for (var i = 0; i < 500 && Handled.Count < count; i++) await Task.Delay(20);
        Assert.Equal(count, Handled.Count);
    }

    async Task<HttpResponseMessage> WatchAsync(string query = "", string? last = null, string role = Role.Reader)
    {
        var request = Request(HttpMethod.Get, $"/broker/events/live{query}", role);
        if (last is not null) request.Headers.Add("Last-Event-ID", last);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
