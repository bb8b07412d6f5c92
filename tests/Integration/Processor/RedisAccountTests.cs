using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>The account at Redis that docs/OPERATING.md names is enough for all that the processor does, and good for nothing else.</summary>
public sealed class RedisAccountTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const string Api = DeadLetterApi.BasePath;

    /// <summary>What the client asks by itself while it connects, and does without.</summary>
    static readonly string[] ClientsOwn = ["config|get", "cluster|nodes", "cluster|slots", "subscribe", "__Booksleeve_TieBreak"];

    [Fact]
    public async Task It_is_enough_for_everything_and_no_more()
    {
        await using var redis = await RedisServer.StartedAsync();
        await using var admin = await RedisAdmin.RestrictAsync(redis, DocumentedRules());
        await Outbox.GenerateAsync(Prefix, 3);
        foreach (var id in (string[])["a", "b", "c", "d"]) await Outbox.AddAsync(Prefix + id, new { title = "t", body = "b", recipient = "" });
        await using var processor = await StartAsync(("HOBOM_REDIS_ADDR", $"{redis.Address},password={RedisAdmin.Password}"));
        await Outbox.NoneIsPendingAsync(processor);
        await Eventually.TrueAsync(async () => (await AskAsync(processor, "/dlq?limit=9")).GetProperty("total").GetInt32() == 4, null, () => processor.Output);

        var keys = (string[])[.. "abcd".Select(id => $"dlq:menu:{Prefix}{id}")];
        foreach (var action in (string[])["hold", "release", "extend", "discard", "restore"])
            Assert.Equal(4, (await TellAsync(processor, $"/dlq/{action}", new { keys, reason = "tried" })).GetProperty("done").GetInt32());
        var mended = new { type = "MAIL_MESSAGE", title = "t", body = "b", recipient = "r", sentAt = "2026-03-05T12:00:00Z" };
        using var edited = await processor.Http.PutAsJsonAsync(new Uri($"{Api}/dlq/{Uri.EscapeDataString(keys[0])}", UriKind.Relative), new { payload = mended, reason = "tried" });
        Assert.True(edited.IsSuccessStatusCode);
        Assert.Equal(200, (await processor.Http.RetryLetterAsync(keys[0])).Status);
        await ReplayAllAsync(processor, keys[1..]);
        foreach (var path in (string[])["/dlq", "/dlq/groups", "/dlq/store", "/dlq/tombstones", "/dlq/replays", "/audit", "/audit/check", "/pollers", $"/events/{Prefix}0/explain", $"/events/{Prefix}none/explain"]) await AskAsync(processor, path);
        foreach (var order in (string[])["pause", "resume"]) await TellAsync(processor, $"/pollers/messages/{order}", new { });
        await processor.StopAsync();
        var settings = Neighbours.Settings(("HOBOM_REDIS_ADDR", $"{redis.Address},password={RedisAdmin.Password}"));
        Assert.Equal(0, (await ProgramRun.RunAsync(settings, "verify", "--from", "1m", "--to", "0s", "--flow", "messages")).Code);

        Assert.Equal([], (await admin.DeniedAsync()).Except(ClientsOwn));
        foreach (var command in (string[])["FLUSHALL", "KEYS *", "SCRIPT LOAD return", "WATCH dlqx:a", "CONFIG GET *", "GET other:key", "ACL LIST", "SCRIPT FLUSH"])
            Assert.Contains("NOPERM", await admin.AsProcessorAsync(command.Split(' ')), StringComparison.Ordinal);
    }

    static async Task ReplayAllAsync(RunningProcessor processor, string[] keys)
    {
        var patch = new[] { new { op = "add", path = "/payload/recipient", value = "r" } };
        var job = (await TellAsync(processor, "/dlq/replays", new { keys, patch })).GetProperty("id").GetString();
        await TellAsync(processor, $"/dlq/replays/{job}/start", new { });
        await Eventually.TrueAsync(
            async () => (await AskAsync(processor, $"/dlq/replays/{job}")).GetProperty("state").GetString() == "finished", null, () => processor.Output);
    }

    static async Task<JsonElement> AskAsync(RunningProcessor processor, string path) =>
        await processor.Http.GetFromJsonAsync<JsonElement>(new Uri(Api + path, UriKind.Relative));

    static async Task<JsonElement> TellAsync(RunningProcessor processor, string path, object body)
    {
        using var answer = await processor.Http.PostAsJsonAsync(new Uri(Api + path, UriKind.Relative), body);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The rules after the password of <c>ACL SETUSER</c>, as the operators' document gives them.</summary>
    static string[] DocumentedRules([CallerFilePath] string here = "")
    {
        var document = File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/OPERATING.md"));
        var from = document.IndexOf("~dlq:*", StringComparison.Ordinal);
        var rules = document[from..document.IndexOf("\n\n", from, StringComparison.Ordinal)];
        return rules.Split([' ', '\n', '\\'], StringSplitOptions.RemoveEmptyEntries);
    }
}
