using System.Text.Json;
using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>What <c>/health/ready</c> says to those who have no key, as neighbours fail and come back.</summary>
public sealed class ReadinessTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task What_endangers_letters_makes_it_degraded_until_it_is_over()
    {
        await using var processor = await StartAsync();
        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
        await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "appendonly", "no");
        try
        {
            await BecomesAsync(processor, 200, "degraded", "degraded the append-only file is off", "ready ");
        }
        finally
        {
            await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "appendonly", "yes");
        }

        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
    }

    [Fact]
    public async Task A_Redis_that_may_evict_makes_it_unready_until_it_may_not()
    {
        await using var processor = await StartAsync();
        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
        await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory", "100mb");
        await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
        try
        {
            await BecomesAsync(processor, 503, "unready", "unready the eviction policy is volatile-lru", "ready ");
        }
        finally
        {
            await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
            await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        }

        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
    }

    [Fact]
    public async Task Without_Redis_it_is_unready_and_alive_and_the_log_is_no_flood()
    {
        await using var processor = await StartAsync();
        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
        await Neighbours.Redis.KillAsync();
        try
        {
            await BecomesAsync(processor, 503, "unready", "unready Redis does not answer", "");
            for (var i = 0; i < 50; i++) await AskAsync(processor);
            await processor.AnswersAsync();
            Assert.InRange(processor.Output.Split('\n').Length, 1, 40);
        }
        finally
        {
            await Neighbours.RestartRedisAsync();
        }

        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
    }

    [Fact]
    public async Task A_backend_that_is_down_and_a_paused_poller_make_it_degraded()
    {
        await using var processor = await StartAsync();
        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
        await Control.StopAsync("main");
        await BecomesAsync(processor, 200, "degraded", "ready ", "degraded messages is in trouble since ");
        await Control.StartAsync("main");
        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
        using var paused = await processor.Http.PostAsync(
            new Uri("/hobom-event-processor/internal/api/v1/pollers/messages/pause", UriKind.Relative), null);
        await BecomesAsync(processor, 200, "degraded", "ready ", "degraded messages is paused since ");
    }

    [Fact]
    public async Task Rows_that_no_visit_can_mark_make_it_unready_with_the_stage_and_who_stands_by_is_ready()
    {
        await using var processor = await StartAsync(("HOBOM_READY_PROGRESS_LIMIT", "5s"));
        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
        await using var other = await StartAsync(("HOBOM_READY_PROGRESS_LIMIT", "5s"));
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Status = 14, Repeat = GrpcJsOrder.Forever });
        await Outbox.GenerateAsync(Prefix, 3);
        await BecomesAsync(processor, 503, "unready", "ready ", "unready messages has rows to publish and has moved none since ");
        Assert.EndsWith("stage mark", (await AskAsync(processor)).Pollers, StringComparison.Ordinal);
        Assert.Equal((200, "ready"), ((await AskAsync(other)).Code, (await AskAsync(other)).Status));
        await processor.AnswersAsync();

        await Control.ClearScriptsAsync();
        await Outbox.EachIsSentOnceAsync(3, processor);
        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
    }

    [Fact]
    public async Task A_backend_that_is_away_is_no_standstill_where_nobody_knows_of_rows()
    {
        await using var processor = await StartAsync(("HOBOM_READY_PROGRESS_LIMIT", "5s"));
        await Control.StopAsync("main");
        await BecomesAsync(processor, 200, "degraded", "ready ", "degraded messages is in trouble since ");
        await Task.Delay(TimeSpan.FromSeconds(8));
        Assert.Equal(200, (await AskAsync(processor)).Code);
        await Control.StartAsync("main");
    }

    [Fact]
    public async Task It_is_live_while_its_neighbours_are_not()
    {
        await using var processor = await StartAsync();
        await Neighbours.Redis.KillAsync();
        try
        {
            await BecomesAsync(processor, 503, "unready", "unready Redis does not answer", "");
            Assert.Equal((200, """{"status":"live","problems":[]}"""), await LiveAsync(processor, HttpMethod.Get));
            Assert.Equal((200, ""), await LiveAsync(processor, HttpMethod.Head));
        }
        finally
        {
            await Neighbours.RestartRedisAsync();
        }
    }

    static async Task<(int, string)> LiveAsync(RunningProcessor processor, HttpMethod method)
    {
        using var stranger = new HttpClient { BaseAddress = processor.Http.BaseAddress };
        using var question = new HttpRequestMessage(method, new Uri("/health/live", UriKind.Relative));
        using var answer = await stranger.SendAsync(question);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <param name="letters">How the check of the letters must begin, status and problem; <paramref name="pollers"/> likewise.</param>
    static async Task BecomesAsync(RunningProcessor processor, int code, string status, string letters, string pollers)
    {
        (int Code, string Status, string Letters, string Pollers) seen = default;
        await Eventually.TrueAsync(
            async () =>
            {
                seen = await AskAsync(processor);
                return seen.Code == code && seen.Status == status && seen.Letters.StartsWith(letters, StringComparison.Ordinal)
                    && seen.Pollers.StartsWith(pollers, StringComparison.Ordinal);
            },
            null, () => $"ready is {seen}: {processor.Output}");
    }

    static async Task<(int Code, string Status, string Letters, string Pollers)> AskAsync(RunningProcessor processor)
    {
        using var stranger = new HttpClient { BaseAddress = processor.Http.BaseAddress };
        using var answer = await stranger.GetAsync(new Uri("/health/ready", UriKind.Relative));
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        var checks = json.RootElement.GetProperty("checks").EnumerateArray()
            .ToDictionary(c => c.GetProperty("name").GetString()!, c => $"{c.GetProperty("status").GetString()} {c.GetProperty("problem").GetString()}", StringComparer.Ordinal);
        return ((int)answer.StatusCode, json.RootElement.GetProperty("status").GetString()!, checks["dead-letters"], checks["pollers"]);
    }
}
