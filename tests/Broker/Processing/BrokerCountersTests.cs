using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hobom.Slices.Broker.Processing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

public sealed class BrokerCountersTests
{
    [Theory]
    [InlineData("database", "database")]
    [InlineData("websocket", "websocket")]
    [InlineData("frontend", "frontend")]
    [InlineData("system", "system")]
    [InlineData("internal", "internal")]
    [InlineData("anything", "other")]
    public void E12_each_of_the_five_sources_is_measured_under_its_own_word_and_others_under_one(string source, string label)
    {
        using var counters = new BrokerCounters(() => 0);
        var seen = new ConcurrentBag<string>();
        using var listener = Listen((name, _, labels) => seen.Add($"{name} {labels}"));
        counters.CountPublished(Event("e1", "five.sources") with { Source = source });
        Assert.Contains($"events_published_total event_type=five.sources,source={label}", seen);
        Assert.Contains($"eventbroker_events_published_total source={label},type=five.sources", seen);
    }

    [Fact]
    public void Both_sets_of_names_are_measured_and_labels_are_bounded()
    {
        var seen = new ConcurrentBag<(string Name, double Value, string Labels)>();
        using var counters = new BrokerCounters(() => 7);
        using var listener = Listen((name, value, labels) => seen.Add((name, value, labels)));
        counters.CountPublished(Event("e1") with { Source = "database" });
        counters.CountTry(new TryMade(Event("e1"), "c", TryOutcome.Done, TimeSpan.FromSeconds(2)));
        counters.CountTry(new TryMade(Event("e1"), "c", TryOutcome.Lost, TimeSpan.FromSeconds(2)));
        counters.CountExpired(3);
        listener.RecordObservableInstruments();
        string[] expected =
        [
            "events_published_total event_type=public.users.create,source=database",
            "eventbroker_events_published_total source=database,type=public.users.create",
            "events_processed_total event_type=public.users.create,source=other,status=completed",
            "eventbroker_events_processed_total source=other,status=completed,type=public.users.create",
            "event_processing_duration_seconds event_type=public.users.create,source=other",
            "eventbroker_event_processing_duration_seconds source=other,type=public.users.create",
            "event_queue_size ", "eventbroker_queue_size ",
        ];
        foreach (var line in expected) Assert.Contains(line, seen.Select(s => $"{s.Name} {s.Labels}"));
        Assert.Contains(seen, s => s is { Name: "event_queue_size", Value: 7 });
        Assert.Contains(seen, s => s is { Name: "eventbroker_events_expired_total", Value: 3 });
        for (var i = 0; i < 300; i++) counters.CountPublished(Event("e") with { Type = $"t{i}" });
        Assert.InRange(seen.Where(s => s.Name == "events_published_total").Select(s => s.Labels).Distinct().Count(), 2, 202);
    }

    static MeterListener Listen(Action<string, double, string> note)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, to) =>
            {
                if (instrument.Meter.Name == BrokerCounters.MeterName) to.EnableMeasurementEvents(instrument);
            },
        };
        void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
            where T : struct, IConvertible =>
            note(
                instrument.Name, value.ToDouble(null),
                string.Join(',', tags.ToArray().OrderBy(t => t.Key).Select(t => $"{t.Key}={t.Value}")));
        listener.SetMeasurementEventCallback<long>(Note);
        listener.SetMeasurementEventCallback<double>(Note);
        listener.Start();
        return listener;
    }
}
