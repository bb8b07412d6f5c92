using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Integration.Telemetry;

/// <summary>
/// Each alarm's trouble, provoked: what the alarm looks at moves on a real processor. From when on it fires is promtool's test.
/// </summary>
public sealed class AlarmTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task HobomFlowHeldByNobody_a_lease_that_nobody_renews()
    {
        await Neighbours.Plain.StringSetAsync("dlqx:lease:menu", "somebody", TimeSpan.FromMinutes(1));
        await using var processor = await StartAsync();
        await ShowsAsync(processor, "hobom_poller_state{hobom_flow=\"messages\",hobom_state=\"standing-by\"}", v => v == 1);
        await ShowsAsync(processor, "hobom_lease_held{hobom_flow=\"messages\"}", v => v == 0);
        await ShowsAsync(processor, "hobom_lease_held{hobom_flow=\"logs\"}", v => v == 1);
    }

    [Fact]
    public async Task HobomTopicTakesNoRecords_no_broker_there()
    {
        await Outbox.GenerateAsync(Prefix, 8);
        await using var processor = await StartAsync(("HOBOM_KAFKA_BROKER", "127.0.0.1:1"), ("HOBOM_KAFKA_DELIVERY_TIMEOUT", "1s"));
        await ShowsAsync(processor, "hobom_topic_circuit_age_seconds{messaging_destination_name=\"hobom.messages\"}", v => v > 0);
        await ShowsAsync(processor, "hobom_circuit_open{hobom_flow=\"messages\"}", v => v == 1);
    }

    [Fact]
    public async Task HobomRedisAway_Redis_killed()
    {
        await using var processor = await StartAsync();
        await ShowsAsync(processor, "hobom_redis_state{hobom_state=\"up\"}", v => v == 1);
        await Neighbours.Redis.KillAsync();
        try
        {
            await ShowsAsync(processor, "hobom_redis_state{hobom_state=\"down\"}", v => v == 1);
        }
        finally
        {
            await Neighbours.RestartRedisAsync();
        }

        await ShowsAsync(processor, "hobom_redis_state{hobom_state=\"down\"}", v => v == 0);
    }

    [Theory]
    [InlineData("CONFIG SET maxmemory 1", "OOM", "CONFIG SET maxmemory 0")]
    [InlineData("REPLICAOF 127.0.0.1 1", "READONLY", "REPLICAOF NO ONE")]
    [InlineData("ACL SETUSER default -@scripting", "NOPERM", "ACL SETUSER default +@all")]
    public async Task HobomRedisAway_Redis_refuses(string trouble, string word, string cure)
    {
        await using var processor = await StartAsync();
        await ShowsAsync(processor, "hobom_redis_state{hobom_state=\"up\"}", v => v == 1);
        await AdministerAsync(trouble);
        try
        {
            await ShowsAsync(processor, "hobom_redis_state{hobom_state=\"refusing\"}", v => v == 1);
            var ready = "";
            await Eventually.TrueAsync(
                async () => (ready = await (await processor.Http.GetAsync(new Uri("/health/ready", UriKind.Relative))).Content.ReadAsStringAsync())
                    .Contains(word, StringComparison.Ordinal),
                null, () => $"/health/ready does not say {word}: {ready}");
            await Outbox.GenerateAsync(Prefix, 2);
            await processor.PollNowAsync();
        }
        finally
        {
            await AdministerAsync(cure);
        }

        await ShowsAsync(processor, "hobom_redis_state{hobom_state=\"up\"}", v => v == 1);
        await Outbox.EachIsSentOnceAsync(2, processor);
    }

    [Fact]
    public async Task HobomLettersExpireSoon_a_letter_with_three_hours_left()
    {
        await Neighbours.Plain.StringSetAsync($"dlq:menu:{Prefix}", "{}", TimeSpan.FromHours(3));
        await using var processor = await StartAsync();
        await ShowsAsync(
            processor, "hobom_dead_letters_waiting{hobom_category=\"menu\",hobom_cause=\"not-told\",hobom_time_left=\"under-4h\"}", v => v == 1);
    }

    [Fact]
    public async Task HobomRowsWait_and_HobomBackendTrouble_a_backend_that_fails_marks()
    {
        await Outbox.GenerateAsync(Prefix, 3);
        await Control.ScriptAsync("main", "message/mark-sent", new GrpcJsOrder { Status = 14, Repeat = GrpcJsOrder.Forever });
        await using var processor = await StartAsync();
        await ShowsAsync(processor, "hobom_relay_oldest_pending_age_seconds{hobom_flow=\"messages\"}", v => v > 0);
        await ShowsAsync(processor, "hobom_poller_trouble_age_seconds{hobom_flow=\"messages\"}", v => v > 0);
        await Control.ClearScriptsAsync();
        await ShowsAsync(processor, "hobom_relay_oldest_pending_age_seconds{hobom_flow=\"messages\"}", v => v == 0);
        await ShowsAsync(processor, "hobom_poller_trouble_age_seconds{hobom_flow=\"messages\"}", v => v == 0);
    }

    [Fact]
    public async Task HobomLettersArrive_rows_without_recipient()
    {
        for (var n = 0; n < 6; n++) await Outbox.AddAsync($"{Prefix}{n}", new { title = "t", recipient = "" });
        await using var processor = await StartAsync();
        await ShowsAsync(processor, "hobom_relay_refused_total{hobom_flow=\"messages\"}", v => v == 6);
    }

    [Fact]
    public async Task HobomLettersInDanger_Redis_may_evict()
    {
        await using var processor = await StartAsync();
        await ShowsAsync(processor, "hobom_letter_store_problems", v => v == 0);
        await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory", "100mb");
        await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
        try
        {
            await ShowsAsync(processor, "hobom_letter_store_problems", v => v > 0);
        }
        finally
        {
            await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
            await Neighbours.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        }
    }

    [Fact]
    public async Task HobomPaused_paused_over_the_API()
    {
        await using var processor = await StartAsync();
        using var paused = await processor.Http.PostAsync(
            new Uri("/hobom-event-processor/internal/api/v1/pollers/messages/pause", UriKind.Relative), null);
        await ShowsAsync(processor, "hobom_poller_state{hobom_flow=\"messages\",hobom_state=\"paused\"}", v => v == 1);
    }

    /// <summary>Of this server, whatever its role is.</summary>
    async Task AdministerAsync(string command)
    {
        var words = command.Split(' ');
        await Neighbours.Plain.Multiplexer.GetServer(Neighbours.Redis.Address).ExecuteAsync(words[0], [.. words[1..]]);
    }

    static async Task ShowsAsync(RunningProcessor processor, string sample, Func<double, bool> right)
    {
        double? seen = null;
        await Eventually.TrueAsync(
            async () => (seen = (await Scrape.OfAsync(processor.Http)).Value(sample)) is { } value && right(value), null,
            () => $"{sample} is {seen}: {processor.Output}");
    }
}
