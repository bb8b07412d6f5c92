using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Telemetry;

public sealed class RelayMeterTests : IDisposable
{
    readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    readonly FakeClock clock = new();
    readonly RelayMeter relay;
    readonly FlowMeter flow;

    public RelayMeterTests()
    {
        relay = new RelayMeter(services.GetRequiredService<IMeterFactory>(), clock);
        flow = relay.Of("messages");
    }

    public void Dispose()
    {
        relay.Dispose();
        services.Dispose();
    }

    /// <summary>Scraped by two readers at a time, while visits count as fast as they can.</summary>
    [Fact]
    public async Task At_every_scrape_what_was_polled_is_in_one_place_each()
    {
        using var stop = new CancellationTokenSource();
        var counting = Enumerable.Range(0, 2).Select(n => Task.Factory.StartNew(
            () => CountUntil(new Random(n), stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var scraping = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () => Enumerable.Range(0, 3000).Select(_ => Scrape()).ToArray(), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        var seen = (await Task.WhenAll(scraping)).SelectMany(s => s).ToArray();
        await stop.CancelAsync();
        await Task.WhenAll(counting);
        Assert.All(seen, s => Assert.Equal(
            s["hobom.relay.polled"],
            s["hobom.relay.published"] + s["hobom.relay.dead"] + s["hobom.relay.refused"] + s["hobom.relay.left_pending"]));
        // A busy machine may give the counting little time beside the scrapes.
        Assert.True(seen.Select(s => s["hobom.relay.polled"]).Distinct().Count() > 1, "the scrapes did not meet the counting");
    }

    [Fact]
    public void What_a_visit_is_at_counts_as_left_pending_until_it_has_ended()
    {
        flow.Rows.Found(5, clock.GetUtcNow());
        flow.Rows.Ended(RowEnd.Published, 2);
        flow.Rows.Ended(RowEnd.Refused);
        Assert.Equal(2, flow.Rows.Look().InHand);
        Assert.Equal(2, flow.Rows.Look().LeftPending);
        flow.Rows.EndVisit();
        Assert.Equal(new RowCounts(5, 2, 0, 1, 2, 0, clock.GetUtcNow()), flow.Rows.Look());
    }

    [Fact]
    public void The_oldest_rows_age_grows_while_rows_are_left_and_is_nothing_else()
    {
        Assert.Equal(0, Age());
        flow.Rows.Found(2, clock.GetUtcNow() - TimeSpan.FromMinutes(3));
        Assert.Equal(180, Age());
        flow.Rows.Ended(RowEnd.Published);
        flow.Rows.Ended(RowEnd.LeftPending);
        flow.Rows.EndVisit();
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(240, Age());
        flow.Rows.Found(1, clock.GetUtcNow() - TimeSpan.FromMinutes(4));
        flow.Rows.Ended(RowEnd.Dead);
        flow.Rows.EndVisit();
        Assert.Equal(0, Age());
    }

    [Fact]
    public void A_call_is_told_in_the_words_of_OpenTelemetry_and_an_error_by_its_name()
    {
        var told = new ConcurrentQueue<string>();
        using var listener = Listener(onDouble: (name, _, tags) => told.Enqueue(name + Text(tags)), onLong: (name, _, tags) => told.Enqueue(name + Text(tags)));
        flow.Published("hobom.messages", TimeSpan.FromMilliseconds(3), null);
        flow.Published("hobom.messages", TimeSpan.FromSeconds(5), new PublishFailure.Transient("Local_MsgTimedOut", "the broker's own words"));
        flow.Polled(TimeSpan.FromSeconds(1), new CallFailure(CallFailureKind.Unavailable, "no route to 10.0.0.1"));
        Assert.Equal(
            [
                "messaging.client.operation.duration messaging.system=kafka messaging.operation.name=send messaging.operation.type=send hobom.flow=messages messaging.destination.name=hobom.messages",
                "messaging.client.sent.messages messaging.system=kafka messaging.operation.name=send messaging.operation.type=send hobom.flow=messages messaging.destination.name=hobom.messages",
                "messaging.client.operation.duration messaging.system=kafka messaging.operation.name=send messaging.operation.type=send hobom.flow=messages messaging.destination.name=hobom.messages error.type=Local_MsgTimedOut",
                "messaging.client.sent.messages messaging.system=kafka messaging.operation.name=send messaging.operation.type=send hobom.flow=messages messaging.destination.name=hobom.messages error.type=Local_MsgTimedOut",
                "messaging.client.operation.duration messaging.system=hobom_outbox messaging.operation.name=poll messaging.operation.type=receive hobom.flow=messages error.type=Unavailable",
            ],
            told);
    }

    /// <summary>The path from poll to mark pays for it with every event.</summary>
    [Fact]
    public void Counting_and_timing_an_event_allocates_nothing()
    {
        using var listener = Listener((_, _, _) => { }, (_, _, _) => { });
        void Tell()
        {
            flow.Published("hobom.messages", TimeSpan.FromMilliseconds(3), null);
            flow.Rows.Ended(RowEnd.Published);
        }

        for (var n = 0; n < 1000; n++) Tell();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 1000; n++) Tell();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    void CountUntil(Random chance, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            flow.Rows.Found(3, null);
            foreach (var end in Enum.GetValues<RowEnd>().OrderBy(_ => chance.Next()).Take(3)) flow.Rows.Ended(end);
        }
    }

    Dictionary<string, long> Scrape()
    {
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = Listener((_, _, _) => { }, (name, value, _) => seen[name] = value);
        listener.RecordObservableInstruments();
        return seen;
    }

    double Age()
    {
        var age = double.NaN;
        using var listener = Listener((name, value, _) => age = name == "hobom.relay.oldest_pending.age" ? value : age, (_, _, _) => { });
        listener.RecordObservableInstruments();
        return age;
    }

    MeterListener Listener(Measured<double> onDouble, Measured<long> onLong)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory)) l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => onDouble(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => onLong(instrument.Name, value, tags));
        listener.Start();
        return listener;
    }

    static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = "";
        foreach (var (name, value) in tags) text += $" {name}={value}";
        return text;
    }

    delegate void Measured<in T>(string name, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags);
}
