using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Outbox.Batch;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>One life of the process: all that a crash takes away.</summary>
sealed class Relay
{
    readonly World world;
    readonly PageClaims? claims;

    public Relay(World world)
    {
        this.world = world;
        if (world.PageRows > 0)
            claims = new PageClaims(
                "sample", OutboxBatchMode.On, world.Pages.PortOf($"{Guid.NewGuid()}"), world.Clock, NullLogger.Instance, world.PageRows);
        var marks = claims?.Over(world.Outbox.Marks) ?? world.Outbox.Marks;
        Runner = new DeliveryRunner(new DeliveryParts(
            World.Route,
            new DeliveryPorts(
                (delivery, again) => PublishAsync(delivery, again, marks.Page), world.Kafka.FindWrittenAsync, marks, world.Redis.LetterPort),
            new DeliveryLedger(world.Redis.LedgerPort, world.Clock),
            FlowPolicies.Contract,
            world.Limits,
            world.Clock,
            world.Chance,
            NullLogger.Instance));
    }

    public DeliveryRunner Runner { get; }

    /// <summary>What the visits of this life have reported, to be compared with what was counted.</summary>
    public VisitSums Told { get; set; }

    /// <summary>A poller's visit.</summary>
    public Task<VisitReport> VisitAsync(CancellationToken stopping) =>
        claims is null ? VisitOnceAsync(stopping) : claims.Around(VisitOnceAsync)(stopping);

    async Task<VisitReport> VisitOnceAsync(CancellationToken stopping)
    {
        world.Kafka.BeginVisit();
        await using var visit = Runner.BeginVisit(stopping);
        var finding = claims?.FindAsync(_ => world.Outbox.FindPendingAsync(), world.Pages.Read, stopping) ?? world.Outbox.FindPendingAsync();
        await foreach (var part in finding)
        {
            if (!part.TryGetRight(out var found, out var failure)) return await visit.FailedAsync(failure);
            var admitted = await visit.AdmitAsync(found.Rows, found.Rest);
            await visit.RunAsync(SamplePlan.Of(admitted, world.EventsPerRecord));
        }

        return await visit.EndAsync();
    }

    /// <summary>As the product's port asks, right before a record is handed over.</summary>
    Task<Either<PublishFailure, RecordPosition>> PublishAsync(Delivery delivery, bool possibleDuplicate, PagePort? page)
    {
        if (page?.Fault(delivery, World.PublishTime) is { } fault)
            return Task.FromResult<Either<PublishFailure, RecordPosition>>(new PublishFailure.Stopping(LeasedPorts.NotHeldCode, fault));
        foreach (var id in delivery.Events.Select(e => e.Id).Where(id => !world.Kafka.Replayed.Contains(id)))
            world.Violations.When(page is not null && world.Pages.IsSomebodys(id), $"{id} is published while somebody else has its row");
        return world.Kafka.PublishAsync(delivery, possibleDuplicate);
    }

    public async Task<ReplayOutcome> ReplayAsync(DeadLetter letter, Confirmation confirmation = Confirmation.None)
    {
        var delivery = SamplePlan.Again(letter);
        world.Kafka.Replayed.Add(letter.EventId!.Value);
        return await Runner.Replay.RunAsync(new ReplayOrder(delivery, "operator", confirmation) { FirstTrace = letter.TraceParent });
    }
}
