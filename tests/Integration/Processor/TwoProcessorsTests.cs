using System.Text.Json;
using Hobom.Slices.Tests.Integration.Redis;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Two processors on the same outboxes: one has each flow, the other stands by and takes over.</summary>
[Collection(TakeoverCollection.Name)]
public sealed class TwoProcessorsTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const string Pollers = "/hobom-event-processor/internal/api/v1/pollers/";

    [Fact]
    public async Task Both_at_work_publish_each_event_once_and_the_one_that_stands_by_tells_for_whom()
    {
        const int rows = 2_000;
        await Outbox.GenerateAsync(Prefix, rows / 2);
        await using var one = RunningProcessor.Launch(Neighbours.Settings());
        await using var two = RunningProcessor.Launch(Neighbours.Settings());
        await Task.WhenAll(one.AnswersAsync(), two.AnswersAsync());
        for (var from = rows / 2; from < rows; from += 50) await Outbox.GenerateAsync(Prefix, 50, from);
        await Outbox.EachIsSentOnceAsync(rows, one);

        var (holder, other) = await WhoAsync(one, two);
        var view = await PollerAsync(other);
        Assert.Equal("standing-by", view.GetProperty("state").GetString());
        Assert.EndsWith($"process {holder.ProcessId}", view.GetProperty("heldBy").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, view.GetProperty("sinceStart").GetProperty("visits").GetInt32());
        Assert.Contains("messages: stands by", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_holder_is_killed_in_a_busy_visit_the_other_takes_over_loses_nothing_and_doubles_nothing()
    {
        const int rows = 4_000;
        await using var watch = new LetterWatch(Neighbours);
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        await Outbox.GenerateAsync(Prefix, rows);
        await Outbox.AtLeastAsync(rows / 8, "SENT");
        var (holder, other) = await WhoAsync(one, two);
        await holder.KillAsync();
        Assert.NotEqual(0, await Outbox.CountAsync("PENDING"));
        await other.SaysAsync("messages: takes over", TimeSpan.FromSeconds(20));
        await Outbox.EachIsSentOnceAsync(rows, other);
        await watch.EndAsync();
    }

    [Fact]
    public async Task When_the_holder_is_told_to_stop_the_other_takes_over_within_seconds()
    {
        const int rows = 4_000;
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        await Outbox.GenerateAsync(Prefix, rows);
        await Outbox.AtLeastAsync(rows / 8, "SENT");
        var (holder, other) = await WhoAsync(one, two);
        await holder.StopAsync();
        await other.SaysAsync("messages: takes over", TimeSpan.FromSeconds(10));
        await Outbox.EachIsSentOnceAsync(rows, other);
    }

    [Fact]
    public async Task When_the_holder_freezes_in_a_busy_visit_the_other_waits_for_its_lease_to_end_and_no_event_is_doubled_when_it_thaws()
    {
        const int rows = 4_000;
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        await Outbox.GenerateAsync(Prefix, rows);
        await Outbox.AtLeastAsync(rows / 8, "SENT");
        var (holder, other) = await WhoAsync(one, two);
        await holder.SignalAsync("STOP");
        var left = await Neighbours.Plain.KeyTimeToLiveAsync(TestLeases.Prefix + "menu");
        Assert.InRange(left!.Value, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        await Outbox.NoneIsPendingAsync(other);
        await holder.SignalAsync("CONT");
        await holder.SaysAsync("messages: stands by");
        await Outbox.GenerateAsync(Prefix, 100, rows);
        await Outbox.NoneIsPendingAsync(other);
        var end = await Outbox.CompareAsync();
        // What it had handed to the client when it froze is all that could be written twice.
        Assert.Empty(end.Duplicated);
        Assert.Equal(rows + 100, end.Sent);
    }

    [Fact]
    public async Task A_pause_told_to_one_holds_for_whoever_has_the_flow_and_a_replay_asked_of_either_runs_at_the_holder()
    {
        var key = $"dlq:menu:{Prefix}letter";
        await Control.AddRowsAsync("main", new { eventType = "MESSAGE", eventId = Prefix + "letter", status = "FAILED" });
        await Neighbours.Plain.StringSetAsync(key, """{"type":"MAIL_MESSAGE"}""");
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        var (holder, other) = await WhoAsync(one, two);
        using (var paused = await other.Http.PostAsync(new Uri(Pollers + "messages/pause", UriKind.Relative), null)) paused.EnsureSuccessStatusCode();
        await Eventually.TrueAsync(
            async () => (await PollerAsync(holder)).GetProperty("state").GetString() == "paused", TimeSpan.FromSeconds(20), () => holder.Output);
        await Outbox.GenerateAsync(Prefix, 10);

        await Eventually.TrueAsync(
            async () => (await other.Http.ListLettersAsync("?limit=5")).Body.Contains(key, StringComparison.Ordinal), null, () => other.Output);
        var (status, body) = await other.Http.RetryLetterAsync(key, "?confirm=delivered");
        Assert.Equal((409, true), (status, body.Contains("nothing was in doubt", StringComparison.Ordinal)));
        Assert.Equal((200, """{"message":"DLQ retried and removed from Redis"}"""), await other.Http.RetryLetterAsync(key));
        Assert.Contains("replay job", holder.Output, StringComparison.Ordinal);
        Assert.Equal(10, await Outbox.CountAsync("PENDING"));

        await holder.KillAsync();
        await other.SaysAsync("messages: takes over", TimeSpan.FromSeconds(20));
        Assert.Equal("paused", (await PollerAsync(other)).GetProperty("state").GetString());
        Assert.Equal(10, await Outbox.CountAsync("PENDING"));
        using (var resumed = await other.Http.PostAsync(new Uri(Pollers + "messages/resume", UriKind.Relative), null)) resumed.EnsureSuccessStatusCode();
        await Outbox.EachIsSentOnceAsync(11, other);
    }

    /// <summary>Who has the flow of messages, and who stands by, once both know.</summary>
    static async Task<(RunningProcessor Holder, RunningProcessor Other)> WhoAsync(RunningProcessor one, RunningProcessor two)
    {
        (RunningProcessor, RunningProcessor)? found = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var states = (Of(await PollerAsync(one)), Of(await PollerAsync(two)));
                found = states switch
                {
                    ("standing-by", not ("standing-by" or "stopped")) => (two, one),
                    (not ("standing-by" or "stopped"), "standing-by") => (one, two),
                    _ => null,
                };
                return found is not null;
            },
            TimeSpan.FromSeconds(30), () => $"nobody stands by: {one.Output}{two.Output}");
        return found!.Value;
    }

    static string Of(JsonElement poller) => poller.GetProperty("state").GetString()!;

    static async Task<JsonElement> PollerAsync(RunningProcessor processor)
    {
        using var answer = await processor.Http.GetAsync(new Uri(Pollers + "messages", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone();
    }
}
