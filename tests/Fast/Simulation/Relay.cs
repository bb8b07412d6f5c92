using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>One life of the process: all that a crash takes away.</summary>
sealed class Relay
{
    readonly World world;

    public Relay(World world)
    {
        this.world = world;
        Runner = new DeliveryRunner(new DeliveryParts(
            World.Route,
            new DeliveryPorts(world.Kafka.PublishAsync, world.Kafka.FindWrittenAsync, world.Outbox.Marks, world.Redis.LetterPort),
            new DeliveryLedger(world.Redis.LedgerPort, world.Clock),
            FlowPolicies.Contract,
            world.Limits,
            world.Clock,
            world.Chance,
            NullLogger.Instance));
    }

    public DeliveryRunner Runner { get; }

    /// <summary>A poller's visit.</summary>
    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        world.Kafka.BeginVisit();
        using var visit = Runner.BeginVisit(stopping);
        var found = await world.Outbox.FindPendingAsync();
        if (!found.TryGetRight(out var rows, out var failure)) return VisitReport.Failed(failure);
        var admitted = await visit.AdmitAsync(rows);
        return await visit.RunAsync(SamplePlan.Of(admitted, world.EventsPerRecord));
    }

    public async Task<ReplayOutcome> ReplayAsync(DeadLetter letter, Confirmation confirmation = Confirmation.None)
    {
        var delivery = SamplePlan.Again(letter);
        world.Kafka.Replayed.Add(letter.EventId!.Value);
        return await Runner.Replay.RunAsync(new ReplayOrder(delivery, "operator", confirmation));
    }
}
