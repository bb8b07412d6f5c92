using System.Diagnostics.Metrics;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>The Kafka client as it tells of itself: all producers together, those that have ended in the totals.</summary>
public sealed class KafkaMeter
{
    readonly Lock gate = new();
    readonly Dictionary<object, ProducerStatistics> producers = [];
    ClientTotals ended;

    public KafkaMeter(IMeterFactory meters)
    {
        var meter = meters.Create($"{TelemetryNames.MeterPrefix}.Kafka");
        meter.CreateObservableGauge(
            "hobom.kafka.queue.messages", () => Sum(p => p.MsgCnt), "{message}",
            "Records that the client has and no broker has acknowledged");
        meter.CreateObservableGauge("hobom.kafka.queue.size", () => Sum(p => p.MsgSize), "By", "Their bytes");
        meter.CreateObservableGauge(
            "hobom.kafka.queue.limit", () => Sum(p => p.MsgSizeMax), "By", "Bytes that the client takes before it says no");
        meter.CreateObservableGauge(
            "hobom.kafka.brokers", () => (Measurement<long>[])[Brokers(up: true), Brokers(up: false)], "{broker}",
            "Brokers that the client knows");
        meter.CreateObservableGauge(
            "hobom.kafka.round_trip.p99", WorstRoundTrip, "s", "Of the slowest broker, 99th percentile of the client's last interval");
        meter.CreateObservableCounter(
            "hobom.kafka.request.timeouts", () => Totals().Timeouts, "{request}",
            "Requests that a broker did not answer in time");
        meter.CreateObservableCounter(
            "hobom.kafka.request.errors", () => Totals().Errors, "{request}", "Requests that could not be sent");
        meter.CreateObservableCounter(
            "hobom.kafka.request.retries", () => Totals().Retries, "{request}", "Requests sent again by the client");
        meter.CreateObservableCounter(
            "hobom.kafka.disconnects", () => Totals().Disconnects, "{connection}", "Connections to brokers that ended");
    }

    Measurement<long> Brokers(bool up) => new(Count(up), new KeyValuePair<string, object?>("hobom.state", up ? "up" : "not-up"));

    internal void Note(object producer, string statistics)
    {
        if (ProducerStatistics.Parse(statistics) is not { } seen) return;
        lock (gate) producers[producer] = seen;
    }

    /// <summary>It is no more: its queue is gone, and its totals stay.</summary>
    internal void Forget(object producer)
    {
        lock (gate)
        {
            if (producers.Remove(producer, out var last)) ended = ended.Plus(last);
        }
    }

    long Sum(Func<ProducerStatistics, long> of)
    {
        lock (gate) return producers.Values.Sum(of);
    }

    /// <summary>Several producers may talk to one broker: the one that has the most counts.</summary>
    long Count(bool up)
    {
        lock (gate) return producers.Values.Select(p => RealBrokersOf(p).LongCount(b => b.State == "UP" == up)).DefaultIfEmpty().Max();
    }

    double WorstRoundTrip()
    {
        lock (gate)
            return producers.Values.SelectMany(RealBrokersOf).Select(b => (b.RoundTrips?.P99 ?? 0) / 1e6).DefaultIfEmpty().Max();
    }

    ClientTotals Totals()
    {
        lock (gate) return producers.Values.Aggregate(ended, (sum, producer) => sum.Plus(producer));
    }

    static IEnumerable<BrokerStatistics> RealBrokersOf(ProducerStatistics producer) =>
        (producer.Brokers?.Values ?? []).Where(b => b.NodeId >= 0);

    readonly record struct ClientTotals(long Timeouts, long Errors, long Retries, long Disconnects)
    {
        public ClientTotals Plus(ProducerStatistics producer)
        {
            IReadOnlyCollection<BrokerStatistics> all = [.. producer.Brokers?.Values ?? []];
            return new ClientTotals(
                Timeouts + all.Sum(b => b.RequestTimeouts), Errors + all.Sum(b => b.SendErrors), Retries + all.Sum(b => b.SendRetries),
                Disconnects + all.Sum(b => b.Disconnects));
        }
    }
}
