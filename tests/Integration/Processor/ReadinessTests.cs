using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>What <c>/health/ready</c> says to those who have no key, as neighbours fail and come back.</summary>
public sealed class ReadinessTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task What_endangers_letters_makes_it_degraded_until_it_is_over()
    {
        await using var processor = await StartAsync();
        await BecomesAsync(processor, 200, "ready", "ready ", "ready ");
        await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory", "100mb");
        await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
        try
        {
            await BecomesAsync(processor, 200, "degraded", "degraded the eviction policy is volatile-lru", "ready ");
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
