using System.Collections.Concurrent;
using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Tests.Fast.Simulation;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Telemetry;

/// <summary>Only the spans of this test's own events are looked at: others may run beside it.</summary>
public sealed class EventTraceTests : IDisposable
{
    readonly ConcurrentQueue<Activity> ended = new();
    readonly ActivityListener listener;
    readonly string prefix = $"t{Guid.NewGuid():N}-";
    readonly World world = new(7);

    public EventTraceTests()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == TelemetryNames.MeterPrefix,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    public void Dispose() => listener.Dispose();

    [Fact]
    public void An_event_has_one_trace_from_poll_to_mark_through_retries_and_visits()
    {
        world.AddRows(1, _ => prefix + "1");
        world.Weather.NextPublishes.Enqueue(PublishFate.Transient);
        world.Weather.MarksDown = true;
        world.Visit();
        world.Weather.MarksDown = false;
        world.Restart();
        world.Visit();
        Assert.Equal(RowStatus.Sent, world.Outbox.Rows[0].Status);
        var spans = SpansOf(prefix + "1");
        Assert.Contains(spans, s => s.DisplayName == "poll SAMPLE" && s.ParentSpanId != default);
        // The first visit's, and the late one of the next process.
        Assert.Contains(spans, s => s.DisplayName == "mark SAMPLE" && s.Status == ActivityStatusCode.Error);
        Assert.Contains(spans, s => s.DisplayName == "mark SAMPLE" && s.Status == ActivityStatusCode.Unset && s.ParentSpanId == default);
        Assert.Equal(default, spans.Single(s => s.DisplayName == "process SAMPLE").ParentSpanId);
    }

    [Fact]
    public void A_replay_has_a_trace_of_its_own_that_links_to_the_one_in_which_the_event_failed()
    {
        var id = prefix + "2";
        world.AddRows(1, _ => id);
        world.Weather.NextPublishes.Enqueue(PublishFate.Permanent);
        world.Visit();
        var letter = Assert.Single(world.Redis.Letters.Values);
        var failed = SpansOf(id).Single(s => s.DisplayName == "process SAMPLE");
        Assert.Equal(failed.Id, letter.TraceParent);
        Assert.Equal(ActivityStatusCode.Error, failed.Status);
        world.Turns.Run(() => world.Relay.ReplayAsync(letter));
        var replay = ended.Single(s => s.DisplayName == "replay SAMPLE" && (string?)s.GetTagItem("messaging.message.id") == id);
        Assert.NotEqual(failed.TraceId, replay.TraceId);
        Assert.Equal((failed.TraceId, failed.SpanId), (Assert.Single(replay.Links).Context.TraceId, replay.Links.Single().Context.SpanId));
        Assert.Contains(ended, s => s.DisplayName == "mark SAMPLE" && s.TraceId == replay.TraceId);
    }

    [Fact]
    public void The_trace_of_an_event_is_another_in_another_category() =>
        Assert.NotEqual(EventTrace.IdOf(new DeadLetterKey(new Category("a"), "1")), EventTrace.IdOf(new DeadLetterKey(new Category("b"), "1")));

    List<Activity> SpansOf(string id) =>
        [.. ended.Where(s => s.TraceId == EventTrace.IdOf(new DeadLetterKey(World.Route.Category, id)))];
}
