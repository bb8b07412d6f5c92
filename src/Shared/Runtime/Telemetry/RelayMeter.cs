using System.Diagnostics.Metrics;

namespace Hobom.Slices.Runtime.Telemetry;

/// <summary>
/// The relay's instruments. The rows' counts of one scrape come from one look at each flow, however many instruments tell them,
/// so that they add up.
/// </summary>
public sealed class RelayMeter : IDisposable
{
    readonly Lock gate = new();
    readonly ThreadLocal<(ulong Told, (FlowMeter Flow, RowCounts Rows)[] Looks)> scrape = new(() => (ulong.MaxValue, []));
    readonly TimeProvider clock;
    FlowMeter[] flows = [];
    int rowInstruments;

    public RelayMeter(IMeterFactory meters, TimeProvider clock)
    {
        this.clock = clock;
        var meter = meters.Create($"{TelemetryNames.MeterPrefix}.Relay");
        Duration = meter.CreateHistogram(
            TelemetryNames.OperationDuration, "s",
            "One call: to poll an outbox, to send a record, to mark a row, or a step of a flow's own",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
            });
        Sent = meter.CreateCounter<long>(TelemetryNames.SentMessages, "{message}", "Attempts to send a record to Kafka, failed ones too");
        Retried = meter.CreateCounter<long>(
            "hobom.relay.retried", "{attempt}", "Publishes, or steps, that failed and were tried again in the same visit");
        Settled = meter.CreateCounter<long>("hobom.relay.settled", "{row}", "Rows marked SENT or FAILED, by visits and replays");
        CountRows(meter, "polled", "Rows found by visits; one found twice counts twice", r => r.Polled);
        CountRows(meter, "published", "Rows published and marked SENT", r => r.Published);
        CountRows(meter, "dead", "Rows given up: a letter stored, marked FAILED", r => r.Dead);
        CountRows(meter, "refused", "Rows that could not become a record: a letter stored, marked FAILED", r => r.Refused);
        var (left, hand) = (NextRowInstrument(), NextRowInstrument());
        meter.CreateObservableUpDownCounter(
            "hobom.relay.left_pending", () => Tell(left, r => r.LeftPending), "{row}",
            "Rows found less rows published, dead and refused: left to a later visit, or in hand");
        meter.CreateObservableGauge("hobom.relay.in_hand", () => Tell(hand, r => r.InHand), "{row}", "Rows that a visit is at now");
        meter.CreateObservableGauge(
            "hobom.relay.oldest_pending.age", OldestAges, "s", "Age of the oldest row of the last visit, while it left any; else 0");
    }

    internal Histogram<double> Duration { get; }

    internal Counter<long> Sent { get; }

    internal Counter<long> Retried { get; }

    internal Counter<long> Settled { get; }

    /// <param name="name">Of the flow, in routes.</param>
    public FlowMeter Of(string name)
    {
        var flow = new FlowMeter(name, this);
        lock (gate) flows = [.. flows, flow];
        return flow;
    }

    public void Dispose() => scrape.Dispose();

    void CountRows(Meter meter, string name, string description, Func<RowCounts, long> of)
    {
        var number = NextRowInstrument();
        meter.CreateObservableCounter($"hobom.relay.{name}", () => Tell(number, of), "{row}", description);
    }

    int NextRowInstrument() => rowInstruments++;

    /// <summary>
    /// A scrape asks one instrument after the other on one thread. Whoever is asked a second time begins the next scrape, with
    /// a new look.
    /// </summary>
    IEnumerable<Measurement<long>> Tell(int instrument, Func<RowCounts, long> of)
    {
        var (told, looks) = scrape.Value;
        var mine = 1UL << instrument;
        if ((told & mine) != 0) (told, looks) = (0, Look());
        scrape.Value = (told | mine, looks);
        return looks.Select(l => new Measurement<long>(of(l.Rows), new KeyValuePair<string, object?>(TelemetryNames.Flow, l.Flow.Flow)));
    }

    IEnumerable<Measurement<double>> OldestAges()
    {
        var now = clock.GetUtcNow();
        return Look().Select(l => new Measurement<double>(
            l.Rows.OldestPending is { } oldest ? Math.Max(0, (now - oldest).TotalSeconds) : 0,
            new KeyValuePair<string, object?>(TelemetryNames.Flow, l.Flow.Flow)));
    }

    (FlowMeter Flow, RowCounts Rows)[] Look()
    {
        FlowMeter[] all;
        lock (gate) all = flows;
        return [.. all.Select(f => (f, f.Rows.Look()))];
    }
}
