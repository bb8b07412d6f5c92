using Hobom.Slices.Core;
using Hobom.Slices.Law;
using Hobom.Slices.Protos.Law;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Runtime;
using Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;
using Hobom.Slices.Tests.Fast.Simulation;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Fast.Features.Law;

/// <summary>
/// Processes that are killed between any two answers, one after the other, over neighbours that fail by chance: a call
/// may fail unapplied, or be applied and its answer lost. The same seed gives the same run.
/// </summary>
sealed class LawSimulation
{
    readonly Random chance;
    readonly Turns turns;
    readonly LawWorld world = new();
    readonly double faultShare;
    readonly System.Collections.Generic.HashSet<string> knownSaved = new(StringComparer.Ordinal);
    readonly List<string> begunHere = [];
    bool calm;

    public LawSimulation(int seed, double faultShare)
    {
        chance = new Random(seed);
        turns = new Turns(chance, world.Clock);
        this.faultShare = faultShare;
        for (var i = 0; i < chance.Next(1, 7); i++) world.AddRow($"e{i}", article: $"{chance.Next(4)}");
    }

    public LawWorld World => world;

    /// <summary>Per input: processes that died with a generation begun and nothing kept.</summary>
    public Dictionary<string, int> LostToCrashes { get; } = new(StringComparer.Ordinal);

    public List<string> Violations { get; } = [];

    /// <summary>Kills so many processes, then lets one work undisturbed to the end.</summary>
    public void Run(int crashes)
    {
        for (var i = 0; i < crashes; i++)
        {
            StartProcess();
            turns.RunAtMost(chance.Next(1, 120), VisitUntilSettledAsync(NewFlow()));
            turns.Crash();
            foreach (var input in begunHere.Distinct().Where(input => !world.Redis.ContainsKey($"generated:{input}")))
                LostToCrashes[input] = LostToCrashes.GetValueOrDefault(input) + 1;
        }

        calm = true;
        StartProcess();
        turns.Run(VisitUntilSettledAsync(NewFlow()));
    }

    void StartProcess()
    {
        begunHere.Clear();
        // What the last process saw and did not note, it took with it.
        knownSaved.RemoveWhere(diff => world.ProgressOf(diff["diff-".Length..]) is not "saved");
    }

    Func<Task<bool>> VisitUntilSettledAsync(LawFlow flow) => async () =>
    {
        while (world.Rows.Values.Any(r => r.Status is "PENDING"))
        {
            await flow.VisitAsync(default);
            await Delays.WaitAsync(TimeSpan.FromSeconds(5), world.Clock, default);
        }

        return true;
    };

    LawFlow NewFlow() => new(new LawParts(
        new LawPorts(
            _ => turns.CallAsync(() => Backend(world.Find)),
            GenerateAsync,
            SaveAsync,
            new MarkPort(
                id => turns.CallAsync(() => Backend(() => world.Mark(id, "SENT"))),
                (id, _) => turns.CallAsync(() => Backend(() => world.Mark(id, "FAILED")))),
            new LetterPort(
                letter => turns.CallAsync(() => Redis(() => Done(() => world.Put(letter)))),
                keys => turns.CallAsync(() => Redis<IReadOnlySet<DeadLetterKey>>(
                    () => keys.Where(k => world.Letters.ContainsKey(k.Format())).ToHashSet())),
                key => turns.CallAsync(() => Redis(() => Done(() => world.Drop(key)))),
                _ => turns.CallAsync(() => Redis(() => Done(() => { })))),
            new KeptValuePort(
                name => turns.CallAsync(() => Redis(() => world.Get(name))),
                (name, bytes, life) => turns.CallAsync(() => Redis(() => world.Set(name, bytes, life))))),
        FakeLeases.Held(), world.Clock, chance.NextDouble, NullLogger.Instance));

    Task<Either<CallFailure, StudyMaterialResponse>> GenerateAsync(StudyMaterialRequest input, CancellationToken stopping)
    {
        begunHere.Add(LawWorld.HashOf(input));
        return turns.CallAsync(() => Backend<StudyMaterialResponse>(() =>
        {
            world.Generated.Add(LawWorld.HashOf(input));
            return LawWorld.MaterialFor(input);
        }));
    }

    async Task<Either<CallFailure, Unit>> SaveAsync(SaveStudyMaterialRequest request)
    {
        if (knownSaved.Contains(request.DiffId)) Violations.Add($"{request.DiffId} was saved again though known to be saved");
        if (!world.Redis.Keys.Any(k => k.StartsWith("generated:", StringComparison.Ordinal)))
            Violations.Add($"{request.DiffId} was saved before its text was kept");
        var answer = await turns.CallAsync(() => Backend(() => world.Save(request)));
        if (answer.IsRight) knownSaved.Add(request.DiffId);
        return answer;
    }

    static Either<StoreFailure, Unit> Done(Action write)
    {
        write();
        return Unit.Default;
    }

    Either<CallFailure, T> Backend<T>(Func<Either<CallFailure, T>> apply)
    {
        if (!Faulty()) return apply();
        switch (chance.Next(4))
        {
            case 0: return LawWorld.Unavailable;
            case 1: return new CallFailure(CallFailureKind.ResourceExhausted, "quota", TimeSpan.FromSeconds(chance.Next(100)));
            case 2: return LawWorld.Internal;
            default:
                apply();
                return LawWorld.Deadline;
        }
    }

    Either<StoreFailure, T> Redis<T>(Func<Either<StoreFailure, T>> apply)
    {
        if (!Faulty()) return apply();
        if (chance.Next(2) == 0) apply();
        return new StoreFailure("no answer");
    }

    bool Faulty() => !calm && chance.NextDouble() < faultShare;
}
