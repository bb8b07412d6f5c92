using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>The law flow over its ports: one process's visits and replays, and their common memory.</summary>
public sealed class LawFlow : IDisposable
{
    readonly LawInFlight hand;
    readonly LawRunner runner;
    readonly LawPoller poller;
    readonly LawReplay replay;
    readonly LawLook look;

    public LawFlow(LawParts parts)
    {
        hand = new LawInFlight(parts.Clock);
        var outages = new LawOutages();
        var tally = new LawCounters();
        var memory = new LawProgressStore(parts.Ports.Kept, parts.Clock);
        var attempts = new StepAttempts(parts, outages, tally);
        var steps = new LawSteps(parts, memory, attempts);
        var settler = new LawSettler(parts, attempts);
        runner = new LawRunner(parts, steps, settler, outages, tally);
        poller = new LawPoller(parts, runner, hand, tally, Pending);
        replay = new LawReplay(parts, steps, memory, settler, hand);
        look = new LawLook(parts, memory, hand);
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

    /// <summary>How far an event is.</summary>
    public Task<Either<StoreFailure, LawEventSnapshot>> LookAsync(EventId id, CancellationToken stopping) => look.AtAsync(id, stopping);

    /// <summary>Whether a generation from this input is kept: none would be paid for.</summary>
    public Task<Either<StoreFailure, bool>> IsKeptAsync(string inputHash) => look.IsKeptAsync(inputHash);

    /// <summary>The event as its letter or its pending row tells it.</summary>
    public Task<Either<NoLawEvent, LawEvent>> FindAsync(EventId id, CancellationToken stopping) => look.FindAsync(id, stopping);

    /// <summary>Under the flow's lease.</summary>
    public Task<ReplayOutcome> CloseAsSavedAsync(EventId id, string by) => replay.CloseAsSavedAsync(id, by);

    /// <summary>Under the flow's lease.</summary>
    public Task<ReplayOutcome> RegenerateAsync(LawEvent law, string by, Confirmation confirmation) =>
        replay.RegenerateAsync(law, by, confirmation);

    /// <summary>Ends generations under way, and completes when no visit's or replay's work is.</summary>
    public Task DrainAsync() => hand.DrainAsync();

    public void Dispose() => hand.Dispose();
}
