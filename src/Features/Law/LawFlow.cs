using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Law;

/// <summary>The law flow over its ports: one process's visits and replays, and their common memory.</summary>
public sealed class LawFlow : IDisposable
{
    readonly LawHand hand;
    readonly LawRunner runner;
    readonly LawPoller poller;
    readonly LawReplay replay;

    public LawFlow(LawParts parts)
    {
        hand = new LawHand(parts.Clock);
        var outages = new LawOutages();
        var tally = new LawTally();
        var memory = new LawMemory(parts.Ports.Kept, parts.Clock);
        var attempts = new StepAttempts(parts, outages, tally);
        var steps = new LawSteps(parts, memory, attempts);
        var settler = new LawSettler(parts, attempts);
        runner = new LawRunner(parts, steps, settler, outages, tally);
        poller = new LawPoller(parts, runner, hand, tally, Pending);
        replay = new LawReplay(parts, steps, memory, settler, hand);
        parts.Lease.BeforeTaking(() =>
        {
            memory.Forget();
            Pending.Forget();
            return Task.CompletedTask;
        });
    }

    public PendingRows Pending { get; } = new();

    /// <summary>The LLM or the saving backend is taken to be away.</summary>
    public bool IsNeighbourAway => runner.IsNeighbourAway;

    public Task<VisitReport> VisitAsync(CancellationToken stopping) => poller.VisitAsync(stopping);

    public Task<ReplayOutcome> ReplayAsync(ReplayOrder order) => replay.RunAsync(order);

    /// <summary>Ends generations under way, and completes when no visit's or replay's work is.</summary>
    public Task DrainAsync() => hand.DrainAsync();

    public void Dispose() => hand.Dispose();
}
