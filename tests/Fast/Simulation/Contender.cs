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
    /// <param name="shards">Into so many it divides the flow.</param>
    public Contender(World world, TimeSpan deliveryTimeout, int shards = 1)
    {
        this.world = world;
        Suspension = new Suspension(world.Clock);
        Leases = LeasesOf(new ShardCount(shards), LeaseTimes.For(deliveryTimeout));
        PublishIf publish = PublishAsync;
        runner = new DeliveryRunner(new DeliveryParts(
            World.Route,
            new DeliveryPorts(
                publish.Under(Leases), (topic, since, ids, token) => Suspension.HearAsync(world.Kafka.FindWrittenAsync(topic, since, ids, token)),
                Suspension.Hear(world.Outbox.Marks).Under(Leases), Suspension.Hear(world.Redis.LetterPort, () => IsCutOff).Under(Leases)),
            new DeliveryLedger(
                [.. Leases.All.Select(lease => Suspension.Hear(world.Redis.FencedLedger(lease), () => IsCutOff))], Suspension),
            FlowPolicies.Contract, world.Limits, Suspension, world.Chance, NullLogger.Instance)
        {
            Shards = Leases.Count,
            VisitShards = () => Leases.Visit,
        });
        Leases.BeforeTaking(runner.ForgetAsync);
        loop = new PollingLoop(
            "samples", VisitAsync, PollCadence.Resting(TimeSpan.FromSeconds(5)), Leases, Suspension, world.Chance, NullLogger.Instance);
        running = loop.RunAsync(stopping.Token);
    }

    public FlowLeases Leases { get; }

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

    FlowLeases LeasesOf(ShardCount count, LeaseTimes times)
    {
        var me = FakeLeases.NewProcess();
        FlowLease[] all = [.. Enumerable.Range(0, count.Value).Select(n => LeaseOf(new FlowShard(World.Route.Category, n, count)))];
        return all.Length == 1
            ? FlowLeases.Whole(all[0])
            : FlowLeases.Divided(
                all, Suspension.Hear(world.Redis.ShardsOf(count), () => IsCutOff), me, Suspension, world.Chance, NullLogger.Instance);

        FlowLease LeaseOf(FlowShard shard) => new(
            shard, Suspension.Hear(world.Redis.LeaseOf(shard, times.Life), () => IsCutOff), times, me, Suspension, NullLogger.Instance);
    }

    async Task EndAsync()
    {
        await running;
        await Leases.CloseAsync();
    }

    async Task<VisitReport> VisitAsync(CancellationToken token)
    {
        world.Kafka.BeginVisit();
        await using var visit = runner.BeginVisit(token);
        await foreach (var part in world.Outbox.FindPendingAsync())
        {
            var heard = await Suspension.HearAsync(Task.FromResult(part));
            if (!heard.TryGetRight(out var found, out var failure)) return await visit.FailedAsync(failure);
            var admitted = await visit.AdmitAsync(found.Rows, found.Rest);
            await visit.RunAsync(SamplePlan.Of(admitted, world.EventsPerRecord));
        }

        return await visit.EndAsync();
    }

    /// <summary>What freezes here freezes before the question, or after the record is the client's.</summary>
    Task<Either<PublishFailure, RecordPosition>> PublishAsync(Delivery delivery, bool possibleDuplicate, Func<PublishFailure?> guard) =>
        guard() is { } blocked
            ? Task.FromResult<Either<PublishFailure, RecordPosition>>(blocked)
            : Suspension.HearAsync(world.Kafka.PublishAsync(delivery, possibleDuplicate));
}
