using System.Collections.Concurrent;
using System.Diagnostics;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>
/// Where replays are run. A replay belongs to the runner and not to the request that asked for it: a caller who
/// hangs up stops nothing half-way, and the process ends only when the replays under way have.
/// </summary>
public sealed class ReplayRunner(RedisDeadLetterStore store, IReadOnlyList<Slice> slices, AuditTrail trail, TimeProvider clock)
{
    readonly ClaimedReplays claimed = new(store, clock);
    readonly ConcurrentDictionary<Task, byte> running = new();

    public IReadOnlyList<Slice> Slices => slices;

    /// <summary>Is told how replays ended, once they were begun; null where nobody counts.</summary>
    public LetterPast? Past { get; init; }

    /// <param name="caller">Who asked, for the audit and for those who come second.</param>
    public Task<ReplayAnswer> StartAsync(DeadLetterKey key, Caller caller, Confirmation confirmation) =>
        Track(AuditedAsync(key, caller, confirmation));

    /// <summary>One letter of many: the job is in the audit, and not each of its letters.</summary>
    public Task<ReplayAnswer> StartAsync(ReplayRequest request) => Track(ReplayAsync(request));

    /// <summary>Completes when no replay is under way.</summary>
    public Task DrainAsync() => Task.WhenAll(running.Keys);

    Task<ReplayAnswer> Track(Task<ReplayAnswer> replay)
    {
        running.TryAdd(replay, 0);
        _ = replay.ContinueWith(
            ended => running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return replay;
    }

    async Task<ReplayAnswer> AuditedAsync(DeadLetterKey key, Caller caller, Confirmation confirmation)
    {
        var action = confirmation switch
        {
            Confirmation.SendAgain => "replay, outcome unknown confirmed",
            Confirmation.Delivered => "close as delivered",
            Confirmation.None => "replay",
            _ => throw new UnreachableException($"no words for {confirmation}"),
        };
        if (!(await trail.BeginAsync(caller, action, [key.Format()])).TryGetRight(out var begun, out var failure))
            return new ReplayAnswer.StoreDown(failure);
        var answer = await ReplayAsync(new ReplayRequest(key, caller.Actor, Guid.CreateVersion7().ToString("N"), confirmation));
        await begun.EndAsync(answer.Result);
        return answer;
    }

    async Task<ReplayAnswer> ReplayAsync(ReplayRequest request)
    {
        if (!(await ReplayPlanning.FindAsync(store, request.Key)).TryGetRight(out var letter, out var notFound)) return notFound;
        if (slices.FirstOrDefault(s => s.Route.Category == request.Key.Category) is not { } slice)
            return new ReplayAnswer.Refused(new ReplayRefusal.NoRoute(request.Key.Category));
        var ran = await slice.Leases.Of(request.Key).RunAsync(() => ReplayAsync(request, letter, slice));
        if (ran.TryGetRight(out var answer, out var refused)) return answer;
        return refused switch
        {
            LeaseAnswer.Unreachable(var away) => new ReplayAnswer.StoreDown(away),
            LeaseAnswer.HeldByOther(var holder, var since) => new ReplayAnswer.HeldElsewhere(slice.Route.Category, holder, since),
            _ => throw new UnreachableException($"{refused} is no refusal"),
        };
    }

    /// <summary>Under the flow's lease: what the outbox last said, and who has which event in hand, is known to the holder alone.</summary>
    async Task<ReplayAnswer> ReplayAsync(ReplayRequest request, StoredLetter letter, Slice slice)
    {
        var plan = ReplayPlanning.Plan(request, letter, ReplayFlow.Of(slice), clock.GetUtcNow());
        if (!plan.TryGetRight(out var planned, out var refused)) return refused;
        var outcome = await claimed.RunAsync(request, planned, slice.Work.ReplayAsync);
        if (outcome is ReplayOutcome.Delivered or ReplayOutcome.NotPublished or ReplayOutcome.OutcomeUnknown)
            Past?.NoteReplay(outcome is ReplayOutcome.Delivered);
        return new ReplayAnswer.Ran(outcome);
    }
}
