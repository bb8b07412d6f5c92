using System.Text.Json;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>Which letters a job is to replay, and how.</summary>
/// <param name="Keys">Null where the filter chooses.</param>
/// <param name="Patch">With the text that it was read from.</param>
public sealed record ReplaySelection(
    LetterFilter Filter, IReadOnlyList<DeadLetterKey>? Keys, ReplayJobOptions Options, (JsonPatch Patch, string Text)? Patch);

/// <summary>Why there is no plan.</summary>
/// <param name="Field">Of the request, where it is at fault.</param>
public sealed record PlanFault(string? Field, string Message);

/// <summary>Where jobs are planned, and told what to do. Nothing here waits for a job.</summary>
public sealed class ReplayJobPlanner(
    RedisReplayJobs jobs, LetterFeed feed, LetterCatalogue catalogue, RedisDeadLetterStore store, ReplayRunner replays,
    ReplayJobRunner runner, LetterOwners flows, AuditTrail trail, TimeProvider clock)
{
    /// <summary>A patch is tried on every letter while the caller waits.</summary>
    public const int PatchedLetterLimit = 20_000;

    /// <summary>A flow is asked for newer events of so many letters, each by itself, while the caller waits.</summary>
    public const int NewerLimit = 100;

    const int ReadAtOnce = 500;

    /// <summary>Freezes the list of letters. Nothing is written but the plan itself.</summary>
    public async Task<Either<PlanFault, ReplayJob>> PlanAsync(ReplaySelection selection, Caller caller)
    {
        if (!catalogue.IsLoaded) return new PlanFault(null, "the letters have not been read since the start; try again in a moment");
        // A letter that was replayed a moment ago belongs to no plan.
        await feed.FollowAsync();
        var (letters, unknown) = Choose(selection);
        var field = selection.Keys is null ? "filter" : "keys";
        var limit = selection.Patch is null ? ReplayJob.LetterLimit : PatchedLetterLimit;
        if (letters.Count == 0) return new PlanFault(field, $"{field} names no letter");
        if (letters.Count > limit)
            return new PlanFault(
                selection.Patch is null ? field : "patch",
                $"these are {letters.Count} letters; a plan {(selection.Patch is null ? "" : "with a patch ")}takes {limit}");

        var plan = ReplayPlan.Of(letters, unknown) with { Newer = await NewerAsync(letters) };
        if (selection.Patch is { Patch: var patch })
        {
            if (!(await TryAsync(patch, letters)).TryGetRight(out var tried, out var failure)) return new PlanFault(null, failure.Message);
            plan = plan with { Patch = tried };
        }

        var job = ReplayJob.Planned(
            Guid.CreateVersion7().ToString("N"), clock.GetUtcNow(), caller.Actor, selection.Options, plan, selection.Patch?.Text);
        if (!(await trail.BeginAsync(caller, "plan replays", [], set: job.Id)).TryGetRight(out var begun, out var down))
            return new PlanFault(null, down.Message);
        var created = await jobs.CreateAsync(job, [.. letters.Select(l => l.Key)]);
        await begun.EndAsync(created.Match(Right: _ => $"planned: {letters.Count} letters", Left: failure => failure.Message));
        return created.Match<Either<PlanFault, ReplayJob>>(Right: _ => job, Left: failure => new PlanFault(null, failure.Message));
    }

    public async Task<Either<JobFault, ReplayJob>> TellAsync(string id, ReplayJobCommand command, Caller caller)
    {
        if (!(await jobs.GetAsync(id)).TryGetRight(out _, out var fault)) return fault;
        var action = $"{command.ToString().ToLowerInvariant()} replays";
        if (!(await trail.BeginAsync(caller, action, [], set: id)).TryGetRight(out var begun, out var failure))
            return new JobFault.StoreDown(failure);
        var told = await jobs.ChangeAsync(id, null, job => ReplayJobDecisions.Apply(job, command, caller.Actor, clock.GetUtcNow()));
        await begun.EndAsync(told.Match(Right: job => job.State.ToString().ToLowerInvariant(), Left: refused => refused.Message));
        runner.Wake();
        return told;
    }

    (IReadOnlyList<CatalogueLetter> Letters, int Unknown) Choose(ReplaySelection selection)
    {
        var now = clock.GetUtcNow();
        if (selection.Keys is null) return ([.. catalogue.Letters.Where(l => selection.Filter.Matches(l, now))], 0);
        var asked = selection.Keys.ToHashSet();
        List<CatalogueLetter> letters = [.. catalogue.Letters.Where(l => asked.Contains(l.Key) && selection.Filter.Matches(l, now))];
        return (letters, asked.Count - letters.Count);
    }

    async Task<PlannedNewer?> NewerAsync(IReadOnlyList<CatalogueLetter> letters)
    {
        CatalogueLetter[] sharing = [.. letters.Where(l => l.Summary.SharedKey is not null)];
        if (sharing.Length == 0) return null;
        var (delivered, settled) = (0, 0);
        foreach (var letter in sharing.Take(NewerLimit))
        {
            var newer = await flows.NewerOfAsync(letter.Key, letter.Summary.SharedKey!);
            if (newer is NewerEvent.Delivered) delivered++;
            else if (newer is NewerEvent.OwnKey or NewerEvent.None) settled++;
        }

        return new PlannedNewer(delivered, sharing.Length - delivered - settled);
    }

    async Task<Either<StoreFailure, PlannedPatch>> TryAsync(JsonPatch patch, IReadOnlyList<CatalogueLetter> letters)
    {
        var fits = 0;
        IReadOnlyList<ReasonCount> refused = [];
        foreach (var some in letters.Chunk(ReadAtOnce))
        {
            if (!(await store.PayloadsAsync([.. some.Select(l => l.Key)])).TryGetRight(out var payloads, out var failure)) return failure;
            var reasons = some.Zip(payloads, (letter, payload) => (Reason: FaultOf(letter, payload, patch), Key: letter.Name)).ToList();
            fits += reasons.Count(r => r.Reason is null);
            refused = Reasons.Add(refused, reasons.Where(r => r.Reason is not null).Select(r => (r.Reason!, r.Key)));
        }

        return new PlannedPatch(fits, refused);
    }

    string? FaultOf(CatalogueLetter letter, ReadOnlyMemory<byte>? payload, JsonPatch patch) =>
        payload is not { } bytes ? "the letter is gone"
        : replays.Slices.FirstOrDefault(
            s => s.Route.Category == letter.Key.Category) is not { } slice ? new ReplayRefusal.NoRoute(letter.Key.Category).Message
        : PatchedPayload.Of(bytes, patch, slice.Payloads, letter.Key, letter.Summary.Stage == DeadLetter.DecideStage)
            .MatchUnsafe<string?>(Right: _ => null, Left: reason => reason);

    /// <returns>Null where the text is a JSON Patch, whose parsed form comes out.</returns>
    public static string? ParsePatch(JsonElement? given, out (JsonPatch Patch, string Text)? patch)
    {
        patch = null;
        if (given is not { ValueKind: not JsonValueKind.Null } element) return null;
        if (!JsonPatch.Parse(element).TryGetRight(out var parsed, out var fault)) return fault.ToString();
        patch = (parsed, element.GetRawText());
        return null;
    }
}
