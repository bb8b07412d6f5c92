using Hobom.Slices.Core;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Law;

/// <summary>What may be spent on an event.</summary>
/// <param name="Policy">Of each step.</param>
/// <param name="ByPerson">Somebody asked for it: the limit of generations per input does not hold.</param>
/// <param name="Confirmed">What may have been saved may be generated and saved again.</param>
sealed record StepBudget(RetryPolicy Policy, bool ByPerson, bool Confirmed)
{
    public static StepBudget OfVisit(RetryPolicy policy) => new(policy, ByPerson: false, Confirmed: false);

    /// <summary>Asks whether a neighbour that was away is back.</summary>
    public static StepBudget OfProbe(RetryPolicy policy) => OfVisit(policy with { AttemptLimit = 1 });

    public static StepBudget OfReplay(RetryPolicy policy, bool confirmed) =>
        new(policy with { AttemptLimit = 1 }, ByPerson: true, confirmed);
}

/// <summary>
/// Takes one event from where it stands to saved: Generate, then Save, each remembered before the next begins. The
/// caller has the event, and its input, in hand.
/// </summary>
sealed class LawSteps(LawParts parts, LawProgressStore memory, StepAttempts attempts)
{
    public const string GenerateStage = "generate";
    public const string SaveStage = "save";

    /// <summary>The note that a save begins, and the save.</summary>
    static readonly TimeSpan SaveSpan = StudyMaterialClient.SaveDeadline + TimeSpan.FromSeconds(5);

    /// <summary>Paid calls under way, of visits and replays together.</summary>
    readonly DeliveryWindow generations = new(parts.Concurrency, long.MaxValue, int.MaxValue);

    /// <returns>Right: whether it had been saved before.</returns>
    public async Task<Either<StepEnd, bool>> RunAsync(LawEvent law, StepBudget effort, CancellationToken stopping)
    {
        if (!(await memory.ProgressAsync(law.Id)).TryGetRight(out var progress, out var down)) return LeftBy(down);
        if (progress.Stage is LawStage.Saved) return true;
        if (!(await memory.MaterialAsync(law.InputHash)).TryGetRight(out var found, out down)) return LeftBy(down);

        var material = found.MatchUnsafe(StudyMaterialResponse? (m) => m, () => null);
        switch (LawDecisions.NextStep(progress.Stage, material is not null, effort.Confirmed))
        {
            case LawStep.NeedsOperator:
                return NobodyKnows(progress);
            case LawStep.Generate:
                if (!(await GenerateAsync(law, effort, stopping)).TryGetRight(out material, out var end)) return end;
                break;
        }

        var inDoubt = progress.Stage is LawStage.SaveBegun;
        return (await SaveAsync(law, material!, inDoubt, effort, stopping)).Map(_ => false);
    }

    static StepEnd.LeftPending LeftBy(StoreFailure down) => new($"Redis: {down.Message}", TimeSpan.Zero) { Stage = VisitStage.Redis };

    Task<Either<StepEnd, StudyMaterialResponse>> GenerateAsync(LawEvent law, StepBudget effort, CancellationToken stopping)
    {
        var emptyAnswers = 0;
        return attempts.RunAsync(GenerateStage, effort.Policy, TryAsync, stopping);

        async Task<Either<StepFault, StudyMaterialResponse>> TryAsync()
        {
            await generations.EnterAsync(1, 0);
            try
            {
                if (stopping.IsCancellationRequested) return new StepFault.Stopping();
                return await GenerateOnceAsync(law, effort, () => ++emptyAnswers, stopping);
            }
            finally
            {
                generations.Leave(1, 0);
            }
        }
    }

    /// <summary>One paid call, counted lastingly before it begins and kept before anything else is done with it.</summary>
    async Task<Either<StepFault, StudyMaterialResponse>> GenerateOnceAsync(
        LawEvent law, StepBudget effort, Func<int> countEmpty, CancellationToken stopping)
    {
        if (parts.Lease.Fault(TimeSpan.Zero) is { } lost) return new StepFault.StoreDown(lost);
        if (!(await memory.CallsAsync(law.InputHash)).TryGetRight(out var before, out var down)) return new StepFault.StoreDown(down);
        if (before.IsSpent && !effort.ByPerson) return StepFaults.OfSpentGenerations(before);
        var calls = before.PlusOne;
        if (!(await memory.NoteAsync(law.InputHash, calls)).TryGetRight(out _, out down)) return new StepFault.StoreDown(down);

        var started = parts.Clock.GetTimestamp();
        var answer = await parts.Ports.Generate(law.Input, stopping);
        if (!answer.TryGetRight(out var material, out var failure))
        {
            if (!StepFaults.MayBePaid(failure.Kind)) await memory.NoteAsync(law.InputHash, calls.MinusOne);
            return StepFaults.OfGenerate(failure);
        }

        if (LawDecisions.Fault(material) is { } fault) return StepFaults.OfEmptyAnswer(fault, countEmpty());
        parts.Log.LogInformation(
            "{EventType}: study material for diff {DiffId} generated in {Took:F1} s",
            LawDecisions.Route.EventType, law.Payload.DiffId, parts.Clock.GetElapsedTime(started).TotalSeconds);
        if (!(await memory.KeepAsync(law.InputHash, material)).TryGetRight(out _, out down)) return new StepFault.StoreDown(down);
        return material;
    }

    Task<Either<StepEnd, Unit>> SaveAsync(
        LawEvent law, StudyMaterialResponse material, bool inDoubt, StepBudget effort, CancellationToken stopping)
    {
        var request = LawDecisions.SaveOf(law, material);
        return attempts.RunAsync(SaveStage, effort.Policy, TryAsync, stopping);

        async Task<Either<StepFault, Unit>> TryAsync()
        {
            if (stopping.IsCancellationRequested) return new StepFault.Stopping();
            if (parts.Lease.Fault(SaveSpan) is { } lost) return new StepFault.StoreDown(lost);
            if (!inDoubt && !(await memory.BeginSaveAsync(law.Id)).TryGetRight(out _, out var down))
                return new StepFault.StoreDown(down);
            var answer = await parts.Ports.Save(request);
            if (answer.TryGetRight(out _, out var failure))
            {
                // Not lasting, it is still known to this process, which goes on to the mark.
                await memory.NoteAsync(law.Id, LawStage.Saved);
                return Unit.Default;
            }

            var fault = StepFaults.OfSave(failure, inDoubt);
            if (!StepFaults.IsEndSeen(failure.Kind)) inDoubt = true;
            else if (!inDoubt) await memory.NoteAsync(law.Id, LawStage.Generated);
            return fault;
        }
    }

    StepEnd.GaveUp NobodyKnows(LawProgress progress)
    {
        var failure = new PublishFailure.Unknown(
            "SaveBegun", $"outcome unknown: a save was begun at {progress.Since:u}, and what it sent is no longer kept");
        var attempt = new Attempt(
            1, parts.Clock.GetUtcNow(), TimeSpan.Zero, failure.Class, failure.Code, failure.Message, MaybeWritten: true);
        return new StepEnd.GaveUp(SaveStage, failure, [attempt], NeighbourAway: null);
    }
}
