using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hobom.Slices.Streams;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>The real program: its routes, and what becomes of entries when processes are killed as the kernel kills them.</summary>
public sealed class ProgramTests(RouterFixture fixture) : IClassFixture<RouterFixture>, IAsyncLifetime
{
    IDatabase Db => fixture.Plain;

    public Task InitializeAsync() => fixture.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_entry_becomes_state_that_the_api_shows_sets_and_counts_on()
    {
        await Db.LoginAsync("anna", "1768727553123-0");
        await Db.AddAsync("events:auth", "1768727553124-0", "type", "login");
        await using var program = RunningProgram.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:anna", "login_count") == 1, 90, () =>
            Task.FromResult(program.Output));

        Assert.Equal("1", (await JsonAsync(program, "state/user/anna")).GetProperty("fields").GetProperty("login_count").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await program.Http.GetAsync("state/user/nobody")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await program.Http.GetAsync("state/NO%20KIND/anna")).StatusCode);

        var set = await program.Http.PutAsJsonAsync("state/user/anna", new { fields = new { plan = "gold" }, ttl = "30d" });
        Assert.True(set.IsSuccessStatusCode, await set.Content.ReadAsStringAsync());
        Assert.InRange((await Db.KeyTimeToLiveAsync("state:user:anna"))!.Value.TotalDays, 29, 120);
        var counted = await program.Http.PostAsJsonAsync("state/user/anna/increment", new { field = "credits", amount = 5 });
        Assert.Equal(5, (await counted.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("value").GetInt64());
        Assert.Equal(HttpStatusCode.Conflict,
            (await program.Http.PostAsJsonAsync("state/user/anna/increment", new { field = "plan" })).StatusCode);

        var streams = (await JsonAsync(program, "streams")).GetProperty("streams").EnumerateArray().ToArray();
        var auth = streams.Single(s => s.GetProperty("stream").GetProperty("stream").GetString() == "events:auth").GetProperty("stream");
        Assert.Equal((2, 0, 0, 1), (auth.GetProperty("length").GetInt32(), auth.GetProperty("pending").GetInt32(),
            auth.GetProperty("lag").GetInt32(), auth.GetProperty("waiting").GetInt32()));
        Assert.Equal("event-router-group",
            (await JsonAsync(program, "streams/events:auth")).GetProperty("groups")[0].GetProperty("name").GetString());
        var entries = await JsonAsync(program, "streams/events:auth/entries?around=1768727553123-0&count=1");
        Assert.Equal("anna", entries.GetProperty("entries")[0].GetProperty("fields").GetProperty("user_id").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await program.Http.GetAsync("streams/events:none")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await program.Http.GetAsync("streams/events:auth/entries?around=x")).StatusCode);

        Assert.Contains("\"login_count\":\"1\"", await FirstEventAsync(program, "state/user/anna/changes"), StringComparison.Ordinal);
        await Producer.UntilAsync(async () => (await program.Http.GetStringAsync("dlq?limit=10"))
            .Contains("dlq:stream:events:auth:1768727553124-0", StringComparison.Ordinal));
        Assert.Contains("streams", await (await program.Http.GetAsync("/health/ready")).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        program.Http.DefaultRequestHeaders.Clear();
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Http.GetAsync("state/user/anna/changes")).StatusCode);
    }

    [Fact]
    public async Task D4_three_programs_one_killed_and_one_stopped_count_every_entry_once()
    {
        const int entries = 50_000, users = 40;
        await using var first = RunningProgram.Start(fixture.Server.Address);
        await using var second = RunningProgram.Start(fixture.Server.Address);
        await using var third = RunningProgram.Start(fixture.Server.Address);
        await Producer.UntilAsync(async () => await Db.SortedSetLengthAsync("router:processes") == 3, 120, () =>
            Task.FromResult(first.Output));
        var producing = Task.Run(async () =>
        {
            for (var i = 0; i < entries; i += 500)
                await Task.WhenAll(Enumerable.Range(i, 500).Select(n =>
                    Db.AddAsync(StreamLayout.KeyFor("auth", $"u{n % users}", 6), "*", "type", "login", "user_id", $"u{n % users}")));
        });
        await Producer.UntilAsync(async () => await SumAsync(users) > 5_000, 120);
        first.Kill();
        await Producer.UntilAsync(async () => await SumAsync(users) > 20_000, 120);
        Assert.Equal(0, await second.StopAsync());
        await producing;
        await Producer.UntilAsync(async () => await SumAsync(users) >= entries, 120, async () => $"{await SumAsync(users)}");
        await Producer.UntilAsync(async () =>
        {
            foreach (var stream in StreamLayout.PartsOf("auth", 6))
                if (await Db.PendingAsync(stream.Key) != 0) return false;
            return true;
        });
        for (var i = 0; i < users; i++) Assert.Equal(entries / users, await Db.CountAsync($"state:user:u{i}", "login_count"));
    }

    async Task<long> SumAsync(int users) =>
        (await Task.WhenAll(Enumerable.Range(0, users).Select(i => Db.CountAsync($"state:user:u{i}", "login_count")))).Sum();

    static async Task<JsonElement> JsonAsync(RunningProgram program, string path) =>
        JsonDocument.Parse(await program.Http.GetStringAsync(path)).RootElement;

    static async Task<string> FirstEventAsync(RunningProgram program, string path)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var answer = await program.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
        while (await reader.ReadLineAsync(limit.Token) is { } line)
            if (line.StartsWith("data:", StringComparison.Ordinal)) return line;
        return "";
    }
}
