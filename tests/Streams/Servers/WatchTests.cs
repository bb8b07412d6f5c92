using System.Net;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>The real program's server-sent events of a state.</summary>
public sealed class WatchTests(RouterFixture fixture) : RouterTest(fixture), IClassFixture<RouterFixture>
{
    const string Path = "state/user/u/changes";

    [Fact]
    [Trait("row", "D16")]
    [Trait("row", "D20")]
    [Trait("row", "C12")]
    [Trait("row", "C6")]
    public async Task C14_a_watcher_sees_each_change_or_how_many_he_missed_and_leaves_nothing_behind()
    {
        await using var program = RunningProgram.Start(Fixture.Server.Address);
        await Producer.UntilAsync(() => AnswersAsync(program), 120, () => Task.FromResult(program.Output));
        Assert.Contains("healthy", await program.Http.GetStringAsync("/health"), StringComparison.Ordinal);
        await LoginsAsync(1);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 1);

        string first;
        using (var answer = await WatchAsync(program, null))
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            (first, var state) = await NextAsync(reader);
            Assert.Contains("\"login_count\":\"1\"", state, StringComparison.Ordinal);
        }

        await LoginsAsync(5);
        await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 6);
        using (var answer = await WatchAsync(program, first))
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            Assert.Equal(("", "{\"missed\":4}"), await NextAsync(reader));
            var (id, state) = await NextAsync(reader);
            Assert.Contains("\"login_count\":\"6\"", state, StringComparison.Ordinal);
            Assert.Equal(6, StateSighting.Parse(id)!.Number);
            // Nobody reads while these come: what is read then is the last of them.
            await LoginsAsync(200);
            await Producer.UntilAsync(async () => await Db.CountAsync("state:user:u", "login_count") == 206);
            do (_, state) = await NextAsync(reader);
            while (!state.Contains("\"login_count\":\"206\"", StringComparison.Ordinal));
        }

        var clients = (long)(await Db.ExecuteAsync("CLIENT", "LIST")).ToString().Split('\n').Length;
        for (var i = 0; i < 20; i++) (await WatchAsync(program, null)).Dispose();
        Assert.InRange((await Db.ExecuteAsync("CLIENT", "LIST")).ToString().Split('\n').Length, 1, clients);
        Assert.Equal(HttpStatusCode.BadRequest, (await program.Http.GetAsync($"state/NO%20KIND/u/changes")).StatusCode);

        Assert.True((await program.Http.PostAsync("streams/events:auth/pause", null)).IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await program.Http.PostAsync("streams/events:none/pause", null)).StatusCode);
        await Producer.UntilAsync(async () => (await program.Http.GetStringAsync("streams")).Contains("\"paused\":true", StringComparison.Ordinal));
        program.Http.DefaultRequestHeaders.Clear();
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Http.GetAsync(Path)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.Http.PostAsync("streams/events:auth/resume", null)).StatusCode);
    }

    static async Task<bool> AnswersAsync(RunningProgram program)
    {
        try
        {
            return (await program.Http.GetAsync("streams")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    async Task LoginsAsync(int count)
    {
        for (var i = 0; i < count; i++) await Db.LoginAsync("u");
    }

    static async Task<HttpResponseMessage> WatchAsync(RunningProgram program, string? lastId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path);
        if (lastId is not null) request.Headers.Add("Last-Event-ID", lastId);
        var answer = await program.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return answer;
    }

    static async Task<(string Id, string Data)> NextAsync(StreamReader reader)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var id = "";
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return (id, line[6..]);
        }

        throw new InvalidOperationException("the stream ended");
    }
}
