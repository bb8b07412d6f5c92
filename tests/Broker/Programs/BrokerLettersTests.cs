using System.Net;

namespace Hobom.Slices.Tests.Broker.Programs;

/// <summary>The real program beside a real Redis: what consumers give up, in the operators' routes for dead letters.</summary>
public sealed class BrokerLettersTests : IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("hobom-letters-").FullName;
    readonly Receiver receiver = new() { Status = 422 };
    RedisServer redis = null!;
    BrokerProgram program = null!;

    public async Task InitializeAsync()
    {
        redis = await RedisServer.StartedAsync();
        program = BrokerProgram.BesideRelay(redis.Address, Path.Combine(folder, "events.db"));
    }

    public async Task DisposeAsync()
    {
        await program.DisposeAsync();
        await redis.DisposeAsync();
        receiver.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_a_receiver_refuses_is_a_letter_that_is_edited_replayed_discarded_and_restored()
    {
        await program.UntilAsync(async () => (await program.GetAsync("broker/stats")).GetProperty("is_running").GetBoolean(), 120);
        await program.SendAsync(HttpMethod.Put, "broker/consumers/billing", new { kind = "webhook", pattern = "shop.**", url = receiver.Address });
        foreach (var id in (string[])["e1", "e2", "e3"])
            await program.SendAsync(HttpMethod.Post, "broker/events", new { id, source = "shop", type = "shop.order.create", payload = new { id } });
        await program.UntilAsync(async () => (await KeysAsync()).Length == 3);
        Assert.All(await KeysAsync(), key => Assert.StartsWith("dlq:broker:billing:", key, StringComparison.Ordinal));
        Assert.Equal(3, (await program.GetAsync("dlq?kind=refused")).GetProperty("total").GetInt32());
        // A word of the broker that no letter has now.
        Assert.Equal(0, (await program.GetAsync("dlq?kind=timed-out")).GetProperty("total").GetInt32());
        Assert.Equal(HttpStatusCode.BadRequest, (await program.Http.GetAsync("dlq?kind=timeout")).StatusCode);
        Assert.Equal(3, (await program.GetAsync("broker/dead-letters?consumer=billing")).GetProperty("handlings").GetArrayLength());
        var letters = (await program.GetAsync("broker/dead-letters")).GetProperty("handlings").EnumerateArray()
            .ToDictionary(h => h.GetProperty("id").GetString()!, h => h.GetProperty("key").GetString()!);

        // Still refused: it stays, with one try more.
        var refused = await program.Http.PostAsync($"dlq/retry/{Uri.EscapeDataString(letters["e1"])}", null);
        Assert.False(refused.IsSuccessStatusCode);
        Assert.Equal(4, receiver.Received.Count);

        receiver.Status = 200;
        await program.SendAsync(HttpMethod.Put, $"dlq/{Uri.EscapeDataString(letters["e1"])}", new { payload = new { id = "mended" }, reason = "a wrong id" });
        await program.SendAsync(HttpMethod.Post, $"dlq/retry/{Uri.EscapeDataString(letters["e1"])}");
        Assert.Equal(("{\"id\":\"mended\"}", "1"), (receiver.Received[^1].Body, receiver.Received[^1].Headers["edited"]));
        var first = await program.GetAsync("broker/events/shop/e1");
        Assert.Equal(("completed", "{\"id\":\"e1\"}"), (first.GetProperty("status").GetString(), first.GetProperty("payload").GetRawText()));

        await program.SendAsync(HttpMethod.Post, "dlq/discard", new { keys = new[] { letters["e2"] }, reason = "not wanted" });
        Assert.Equal("skipped", await StatusAsync("e2"));
        await program.SendAsync(HttpMethod.Post, "dlq/restore", new { keys = new[] { letters["e2"] } });
        Assert.Equal("dead_letter", await StatusAsync("e2"));
        await program.UntilAsync(async () => (await KeysAsync()).Length == 2);

        // By the broker's own route: the letter follows.
        await program.SendAsync(HttpMethod.Post, "broker/events/shop/e2/replay?consumer=billing");
        await program.UntilAsync(async () => (await KeysAsync()).SequenceEqual([letters["e3"]]));

        var job = await program.SendAsync(HttpMethod.Post, "dlq/replays", new { filter = new { category = "broker" } });
        var jobId = job.GetProperty("id").GetString();
        await program.SendAsync(HttpMethod.Post, $"dlq/replays/{jobId}/start");
        await program.UntilAsync(async () => (await program.GetAsync($"dlq/replays/{jobId}")).GetProperty("state").GetString() == "finished");
        await program.UntilAsync(async () => (await KeysAsync()).Length == 0);
        Assert.Equal("processed", await StatusAsync("e3"));
    }

    [Fact]
    public async Task Before_a_replay_it_is_told_whether_a_newer_event_of_the_key_was_handled()
    {
        await program.UntilAsync(async () => (await program.GetAsync("broker/stats")).GetProperty("is_running").GetBoolean(), 120);
        await program.SendAsync(HttpMethod.Put, "broker/consumers/billing", new { kind = "webhook", pattern = "shop.**", url = receiver.Address });
        await PublishAsync("old");
        await program.UntilAsync(async () => (await KeysAsync()).Length == 1);
        var related = $"dlq/{Uri.EscapeDataString((await KeysAsync())[0])}/related";
        Assert.Equal("none", (await program.GetAsync(related)).GetProperty("newer").GetString());
        receiver.Status = 200;
        await PublishAsync("new");
        await program.UntilAsync(async () => await StatusAsync("new") == "processed");
        var told = await program.GetAsync(related);
        Assert.Equal(("delivered", "new"), (told.GetProperty("newer").GetString(), told.GetProperty("newerId").GetString()));
        var job = await program.SendAsync(HttpMethod.Post, "dlq/replays", new { filter = new { category = "broker" } });
        var newer = job.GetProperty("plan").GetProperty("newer");
        Assert.Equal((1, 0), (newer.GetProperty("delivered").GetInt32(), newer.GetProperty("notKnown").GetInt32()));
    }

    Task PublishAsync(string id) => program.SendAsync(
        HttpMethod.Post, "broker/events", new { id, source = "shop", type = "shop.order.create", ordering_key = "order-7", payload = new { id } });

    async Task<string[]> KeysAsync() =>
        [.. (await program.GetAsync("dlq?category=broker&limit=50")).GetProperty("letters").EnumerateArray().Select(l => l.GetProperty("key").GetString()!)];

    async Task<string> StatusAsync(string id) =>
        (await program.GetAsync($"broker/events/shop/{id}")).GetProperty("handlings")[0].GetProperty("status").GetString()!;
}
