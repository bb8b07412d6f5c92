using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Two processors that share the events of a type by shards.</summary>
[Collection(TakeoverCollection.Name)]
public sealed class SharedOutboxTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const string Pollers = "/hobom-event-processor/internal/api/v1/pollers/";

    static readonly (string, string) Eight = ("HOBOM_RELAY_SHARDS", "8");

    [Fact]
    public async Task Both_are_at_work_on_one_event_type_and_when_one_is_killed_in_the_middle_nothing_is_lost_and_nothing_doubled()
    {
        const int rows = 6_000;
        await using var watch = new LetterWatch(Neighbours);
        await using var one = await StartAsync(Eight);
        await using var two = await StartAsync(Eight);
        await EachHasAsync(4, one, two);
        await Outbox.GenerateAsync(Prefix, rows);
        await Eventually.TrueAsync(
            async () => await DeliveredAsync(one) > rows / 20 && await DeliveredAsync(two) > rows / 20 || await Outbox.CountAsync("PENDING") == 0,
            null, () => $"one of them does nothing: {one.Output}{two.Output}");
        await Outbox.GenerateAsync(Prefix, rows, rows);
        await Outbox.AtLeastAsync(rows + (rows / 4), "SENT");
        var deliveredByOne = await DeliveredAsync(one);
        await one.KillAsync();
        Assert.NotEqual(0, await Outbox.CountAsync("PENDING"));
        await Outbox.NoneIsPendingAsync(two);
        await EachHasAsync(8, two);

        var end = await Outbox.CompareAsync();
        Assert.Equal((rows * 2, 0, 0), (end.Sent, end.Failed, end.Pending));
        Assert.All(end.Duplicated, id => Assert.Contains(Messages.Of(id), r => r.TextsOf("possible-duplicate").Contains("1")));
        Assert.InRange(end.Duplicated.Count, 0, 2048);
        Assert.True(deliveredByOne > 0, "the one that was killed had delivered nothing");
        await watch.EndAsync();
    }

    [Fact]
    public async Task A_replay_asked_of_either_runs_where_its_shard_is_held_and_a_pause_told_to_one_holds_for_both()
    {
        string[] keys = [.. Enumerable.Range(0, 6).Select(n => $"dlq:menu:{Prefix}letter-{n}")];
        await Control.AddRowsAsync(
            "main", [.. Enumerable.Range(0, 6).Select(n => new { eventType = "MESSAGE", eventId = $"{Prefix}letter-{n}", status = "FAILED" })]);
        foreach (var key in keys) await Neighbours.Plain.StringSetAsync(key, """{"type":"MAIL_MESSAGE"}""");
        await using var one = await StartAsync(Eight);
        await using var two = await StartAsync(Eight);
        await EachHasAsync(4, one, two);
        using (var paused = await one.Http.PostAsync(new Uri(Pollers + "messages/pause", UriKind.Relative), null)) paused.EnsureSuccessStatusCode();
        await Eventually.TrueAsync(
            async () => (await PollerAsync(two)).GetProperty("state").GetString() == "paused", TimeSpan.FromSeconds(20), () => two.Output);
        await Eventually.TrueAsync(
            async () => keys.All((await one.Http.ListLettersAsync("?limit=50")).Body.Contains), null, () => one.Output);
        foreach (var key in keys)
            Assert.Equal((200, """{"message":"DLQ retried and removed from Redis"}"""), await one.Http.RetryLetterAsync(key));
        await Messages.CatchUpAsync();
        Assert.All(Enumerable.Range(0, 6), n => Assert.Single(Messages.Of($"{Prefix}letter-{n}")));
    }

    [Fact]
    public async Task Another_number_of_shards_takes_over_what_is_in_doubt_and_doubles_nothing()
    {
        const int rows = 4_000;
        await Outbox.GenerateAsync(Prefix, rows);
        await using (var whole = await StartAsync())
        {
            await Outbox.AtLeastAsync(rows / 8, "SENT");
            await whole.KillAsync();
        }

        Assert.NotEqual(0, await Outbox.CountAsync("PENDING"));
        await using (var eight = await StartAsync(Eight))
        {
            await Outbox.AtLeastAsync(rows / 2, "SENT");
            await eight.KillAsync();
        }

        Assert.NotEqual(0, await Outbox.CountAsync("PENDING"));
        await using var three = await StartAsync(("HOBOM_RELAY_SHARDS", "3"));
        await three.SaysAsync("held by processes that divide it into 8 shards");
        await Outbox.EachIsSentOnceAsync(rows, three);
    }

    [Fact]
    public async Task Doctor_finds_settings_that_divide_otherwise_than_the_process_that_runs()
    {
        await using var processor = await StartAsync(Eight);
        await EachHasAsync(8, processor);
        await DoctorTests.FindsAsync(
            Neighbours.Settings(("HOBOM_RELAY_SHARDS", "3")), "flow: messages", "in 8 shards, and these settings in 3 shards", "HOBOM_RELAY_SHARDS");
        var (code, output) = await ProgramRun.RunAsync(Neighbours.Settings(Eight), "doctor");
        Assert.True(code == 0, output);
        Assert.Contains("ok    flow: messages (processes share it, in 8 shards)", output, StringComparison.Ordinal);
    }

    static Task EachHasAsync(int shards, params RunningProcessor[] processors) => Eventually.TrueAsync(
        async () => (await Task.WhenAll(processors.Select(PollerAsync)))
            .All(p => p.GetProperty("shards").GetProperty("held").GetArrayLength() == shards),
        TimeSpan.FromSeconds(60), () => $"not {shards} shards each: {string.Concat(processors.Select(p => p.Output))}");

    static async Task<long> DeliveredAsync(RunningProcessor processor) =>
        (await PollerAsync(processor)).GetProperty("sinceStart").GetProperty("delivered").GetInt64();

    static async Task<JsonElement> PollerAsync(RunningProcessor processor)
    {
        using var answer = await processor.Http.GetAsync(new Uri(Pollers + "messages", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone();
    }
}
