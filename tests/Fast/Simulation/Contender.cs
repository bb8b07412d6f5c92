using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>One of several processes on one outbox: the real loop and the real lease, over the world's neighbours.</summary>
sealed class Contender
{
    readonly World world;
    readonly DeliveryRunner runner;
    readonly CancellationTokenSource stopping = new();
    readonly PollingLoop loop;
    readonly Task running;

    /// <param name="deliveryTimeout">A publish has ended after so long.</param>
    public Contender(World world, TimeSpan deliveryTimeout)
    {
        this.world = world;
        Suspension = new Suspension(world.Clock);
        Lease = new FlowLease(
            World.Route.Category, Suspension.Hear(world.Redis.LeasePort, () => IsCutOff), LeaseTimes.For(deliveryTimeout),
            FakeLeases.NewProcess(), Suspension, NullLogger.Instance);
        PublishIf publish = PublishAsync;
        runner = new DeliveryRunner(new DeliveryParts(
            World.Route,
            new DeliveryPorts(
                publish.Under(Lease), (topic, since, ids, token) => Suspension.HearAsync(world.Kafka.FindWrittenAsync(topic, since, ids, token)),
                Suspension.Hear(world.Outbox.Marks).Under(Lease), Suspension.Hear(world.Redis.LetterPort, () => IsCutOff).Under(Lease)),
            new DeliveryLedger(Suspension.Hear(world.Redis.FencedLedger(Lease), () => IsCutOff), Suspension),
            FlowPolicies.Contract, world.Limits, Suspension, world.Chance, NullLogger.Instance));
        Lease.BeforeTaking(runner.ForgetAsync);
        loop = new PollingLoop(
            "samples", VisitAsync, PollCadence.Resting(TimeSpan.FromSeconds(5)), Lease, Suspension, world.Chance, NullLogger.Instance);
        running = loop.RunAsync(stopping.Token);
    }

    public FlowLease Lease { get; }

    public Suspension Suspension { get; }

    /// <summary>From Redis, and from nothing else.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>Has it visit, so that what happens next meets it at work.</summary>
    public void PollNow() => loop.PollNow();

    /// <summary>The orderly end.</summary>
    public Task StopAsync()
    {
        // On this thread: CancelAsync would go through the thread pool.
        stopping.Cancel();
        return EndAsync();
    }

    async Task EndAsync()
    {
        await running;
        await Lease.CloseAsync();
    }

    async Task<VisitReport> VisitAsync(CancellationToken token)
    {
        world.Kafka.BeginVisit();
        using var visit = runner.BeginVisit(token);
        var found = await Suspension.HearAsync(world.Outbox.FindPendingAsync());
        if (!found.TryGetRight(out var rows, out var failure)) return VisitReport.Failed(failure);
        var admitted = await visit.AdmitAsync(rows);
        return await visit.RunAsync(SamplePlan.Of(admitted, world.EventsPerRecord));
    }

    /// <summary>What freezes here freezes before the question, or after the record is the client's.</summary>
    Task<Either<PublishFailure, RecordPosition>> PublishAsync(Delivery delivery, bool possibleDuplicate, Func<PublishFailure?> guard) =>
        guard() is { } blocked
            ? Task.FromResult<Either<PublishFailure, RecordPosition>>(blocked)
            : Suspension.HearAsync(world.Kafka.PublishAsync(delivery, possibleDuplicate));
}
