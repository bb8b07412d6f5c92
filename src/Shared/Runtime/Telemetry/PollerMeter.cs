using System.Diagnostics.Metrics;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Runtime.Telemetry;

/// <summary>Where the pollers, their leases, the circuits and Redis stand; asked when somebody scrapes.</summary>
public static class PollerMeter
{
    static readonly (PollerState State, string Name)[] States =
    [
        (PollerState.Stopped, "stopped"), (PollerState.Waiting, "waiting"), (PollerState.Visiting, "visiting"),
        (PollerState.Paused, "paused"), (PollerState.Standby, "standing-by"),
    ];

    static readonly (RedisReach Reach, string Name)[] Reaches =
    [
        (RedisReach.Untried, "untried"), (RedisReach.Up, "up"), (RedisReach.Refusing, "refusing"), (RedisReach.Down, "down"),
    ];

    public static void Observe(
        IMeterFactory meters, IReadOnlyList<Slice> slices, TopicCircuits circuits, RedisConnection redis, TimeProvider clock)
    {
        var meter = meters.Create($"{TelemetryNames.MeterPrefix}.Pollers");
        meter.CreateObservableGauge(
            "hobom.poller.state", () => slices.SelectMany(StatesOf), description: "1 for the state that the poller is in, else 0");
        meter.CreateObservableGauge(
            "hobom.poller.trouble.age", () => slices.Select(s => Of(s, AgeOf(s.Loop.Status.DownSince, clock))), "s",
            "How long the flow has met a neighbour down; 0 where it is well");
        meter.CreateObservableCounter(
            "hobom.poller.visits", () => slices.Select(s => Of(s, s.Loop.Status.Visits)), "{visit}", "Visits that ended");
        meter.CreateObservableGauge(
            "hobom.poller.last_visit.age", () => slices.Where(s => s.Loop.Status.LastVisitAt is not null)
                .Select(s => Of(s, AgeOf(s.Loop.Status.LastVisitAt, clock))), "s", "Since the last visit ended");
        meter.CreateObservableGauge(
            "hobom.lease.held", () => slices.Select(s => Of(s, s.Leases.IsHeld ? 1L : 0L)),
            description: "1 where this process has the flow, or any shard of it");
        meter.CreateObservableGauge(
            "hobom.lease.shards", () => slices.Select(s => Of(s, (long)s.Leases.Held.Count)), "{shard}",
            "How many shards of the flow this process has; a flow that is not divided is one");
        meter.CreateObservableGauge(
            "hobom.circuit.open", () => slices.Select(s => Of(s, s.Work.NeighbourAway() ? 1L : 0L)),
            description: "1 where that to which the flow's events go is taken to be away");
        meter.CreateObservableGauge(
            "hobom.topic.circuit.age", () => circuits.States().Select(c => new Measurement<double>(
                AgeOf(c.OpenSince, clock), new KeyValuePair<string, object?>("messaging.destination.name", c.Topic))), "s",
            "How long the topic has taken no records; 0 where it takes them");
        meter.CreateObservableGauge("hobom.redis.state", () => Reaches.Select(r => new Measurement<long>(
            redis.State.Reach == r.Reach ? 1 : 0, new KeyValuePair<string, object?>("hobom.state", r.Name))),
            description: "1 for the state that Redis was last seen in, else 0");
    }

    static IEnumerable<Measurement<long>> StatesOf(Slice slice)
    {
        var now = slice.Loop.Status.State;
        return States.Select(s => new Measurement<long>(
            s.State == now ? 1 : 0, new(TelemetryNames.Flow, slice.Name), new("hobom.state", s.Name)));
    }

    static Measurement<T> Of<T>(Slice slice, T value) where T : struct =>
        new(value, new KeyValuePair<string, object?>(TelemetryNames.Flow, slice.Name));

    static double AgeOf(DateTimeOffset? since, TimeProvider clock) =>
        since is { } at ? Math.Max(0, (clock.GetUtcNow() - at).TotalSeconds) : 0;
}
