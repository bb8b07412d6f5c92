using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Streams;

/// <summary>Read the state, decide, apply: for one batch of a shard. What failed goes back into its lane, or becomes a dead
/// letter.</summary>
sealed class BatchHandling(ShardStream shard, ShardStore store, ShardProgress progress, RouterParts parts)
{
    /// <summary>Of a shard. Keys that share one wait for each other; more cost nothing.</summary>
    public const int Lanes = 256;

    /// <summary>So often in a row nobody happens to write the same field: what is there cannot be read as it is.</summary>
    const int StaleLimit = 10;

    /// <param name="buffer">Takes back what is not done.</param>
    /// <param name="held">Takes in what stays pending until a build knows its type.</param>
    public async Task<Either<ShardProblem, Unit>> HandleAsync(
        IReadOnlyList<HeldEntry> taken, LaneBuffer buffer, System.Collections.Generic.HashSet<EntryId> held)
    {
        var started = parts.Clock.GetTimestamp();
        var startedAt = parts.Clock.GetUtcNow();
        if (!(await CountedAsync(taken)).TryGetRight(out var batch, out var trouble)) return trouble;
        if (!(await store.StateAsync([.. batch.SelectMany(ReadsOf)])).TryGetRight(out var state, out trouble)) return trouble;

        var applications = new List<(HeldEntry Held, Changes Changes)>();
        var graves = new List<(HeldEntry Held, FailureClass Kind, string Reason)>();
        var unknown = new List<(EntryId Id, long Deliveries)>();
        var back = new Dictionary<int, (List<HeldEntry> Entries, DateTimeOffset Until)>();
        foreach (var entry in batch)
        {
            if (back.TryGetValue(entry.Lane, out var lane)) lane.Entries.Add(entry);
            else Sort(entry);
        }

        if (applications.Count > 0)
        {
            var asked = await store.ApplyAsync([.. applications.Select(a => new Application(a.Held.Entry.Id, a.Held.Lane, a.Changes))]);
            if (!asked.TryGetRight(out var answers, out trouble)) return trouble;
            foreach (var (application, answer) in applications.Zip(answers)) Note(application.Held, answer);
        }

        // Looked at and not tried: however often the stream changes hands, it waits.
        if (unknown.Count > 0 && !(await store.ClaimAsync(unknown)).TryGetRight(out _, out trouble)) return trouble;
        // Whatever was decided after it in its lane came after it.
        foreach (var (entries, until) in back.Values) buffer.Wait([.. entries.OrderBy(e => e.Entry.Id)], until);
        foreach (var (entry, kind, reason) in graves)
            if (!(await BuryAsync(entry, kind, reason)).TryGetRight(out _, out trouble)) return trouble;
        return Unit.Default;

        void Sort(HeldEntry entry)
        {
            if (entry.Doomed)
            {
                graves.Add((entry, FailureClass.Transient,
                    $"delivered {entry.Deliveries} times, and its process ended each time before it was done"));
                return;
            }

            switch (Decide(entry, state))
            {
                case Tried.Decided(Verdict.Apply(var changes)):
                    state.Apply(changes);
                    applications.Add((entry, changes));
                    break;
                case Tried.Decided(Verdict.DeadLetter(var reason)):
                    graves.Add((entry, FailureClass.Refused, reason));
                    break;
                case Tried.Decided(Verdict.Hold):
                    held.Add(entry.Entry.Id);
                    unknown.Add((entry.Entry.Id, 0));
                    break;
                case Tried.Threw(var reason):
                    Fail(entry, reason);
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        void Note(HeldEntry entry, Applied answer)
        {
            var type = parts.Handlers.LabelOf(shard.Domain, entry.Entry);
            switch (answer)
            {
                case Applied.Now:
                    parts.Meter.Processed(shard.Key, type);
                    parts.Meter.Took(shard.Key, type, parts.Clock.GetElapsedTime(started));
                    progress.Update(s => s with { Applied = s.Applied + 1, LastApplied = Later(s.LastApplied, entry.Entry.Id) });
                    break;
                case Applied.Before:
                    parts.Meter.Skipped(shard.Key);
                    break;
                case Applied.Blocked:
                    GiveBack(entry, startedAt);
                    break;
                case Applied.Stale when entry.Stales + 1 < StaleLimit:
                    GiveBack(entry with { Stales = entry.Stales + 1 }, startedAt);
                    break;
                case Applied.Stale:
                    Fail(entry with { Stales = 0 }, $"what it is decided from was not what had been read, {StaleLimit} times in a row");
                    break;
                case Applied.Fault(var reason):
                    Fail(entry, reason);
                    break;
                case Applied.Pending or Applied.Unproven:
                default:
                    throw new UnreachableException();
            }
        }

        void Fail(HeldEntry entry, string reason)
        {
            parts.Meter.Failed(shard.Key, parts.Handlers.LabelOf(shard.Domain, entry.Entry));
            var attempt = new Attempt(
                (int)entry.Deliveries, startedAt, parts.Clock.GetElapsedTime(started), FailureClass.Transient, "HANDLE", reason,
                    MaybeWritten: false);
            var failed = entry with { Alone = true, Attempts = [.. entry.Attempts, attempt] };
            switch (RouterDecisions.AfterFailed(entry.Deliveries, parts.Settings.DeliveryLimit))
            {
                case AfterFailure.RetryAfter(var delay):
                    GiveBack(failed, parts.Clock.GetUtcNow() + delay);
                    break;
                case AfterFailure.DeadLetter:
                    graves.Add((failed, FailureClass.Transient, $"{reason} (delivered {entry.Deliveries} times)"));
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        void GiveBack(HeldEntry entry, DateTimeOffset until)
        {
            if (back.TryGetValue(entry.Lane, out var lane)) lane.Entries.Add(entry);
            else back[entry.Lane] = ([entry], until);
        }
    }

    /// <summary>
    /// One that is to be alone is counted before it is tried: should it end this process, the next one knows. Where the state has
    /// changed under its try, that goes on and was counted.
    /// </summary>
    async Task<Either<ShardProblem, IReadOnlyList<HeldEntry>>> CountedAsync(IReadOnlyList<HeldEntry> batch)
    {
        if (batch is not [{ Alone: true, Doomed: false, Stales: 0 } alone]) return Prelude.Right(batch);
        var count = alone.Deliveries + 1;
        var claimed = await store.ClaimAsync([(alone.Entry.Id, count)]);
        return claimed.Map(_ => (IReadOnlyList<HeldEntry>)[alone with { Deliveries = count }]);
    }

    IReadOnlyList<StateRead> ReadsOf(HeldEntry held) =>
        parts.Handlers.Find(shard.Domain, held.Entry).TryGetRight(out var handler, out _)
            ? Guarded(() => handler.Reads(held.Entry), [])
            : [];

    /// <summary>A handler with a bug fails its own entry, when that is decided, and no other.</summary>
    static T Guarded<T>(Func<T> ask, T otherwise)
    {
        try
        {
            return ask();
        }
        catch (Exception)
        {
            return otherwise;
        }
    }

    Tried Decide(HeldEntry held, StateView state)
    {
        try
        {
            var handled = parts.Handlers.Find(shard.Domain, held.Entry)
                .Bind(handler => handler.Decide(DatedEntry.Of(held.Entry, parts.Settings.Zone), state));
            if (handled.Match(Right: _ => false, Left: refusal => refusal is EntryRefusal.UnknownType)) parts.Meter.Unknown(shard.Key);
            return new Tried.Decided(RouterDecisions.Decide(handled, parts.Settings.PolicyOf(shard.Domain)));
        }
        catch (Exception bug)
        {
            parts.Log.LogError(LogEvents.Named("streams.bug"),
                bug, "{Stream}: the handler of {Id} failed unexpectedly", shard.Key, held.Entry.Id);
            return new Tried.Threw($"internal error: {bug.GetType().Name}: {bug.Message}");
        }
    }

    /// <summary>The letter is stored first: an entry is never settled without its effect and without a letter.</summary>
    async Task<Either<ShardProblem, Unit>> BuryAsync(HeldEntry held, FailureClass kind, string reason)
    {
        var now = parts.Clock.GetUtcNow();
        IReadOnlyList<Attempt> attempts = held.Attempts.Count > 0
            ? held.Attempts
            : [new Attempt((int)held.Deliveries, now, TimeSpan.Zero, kind, kind == FailureClass.Refused ? "REFUSED" : "HANDLE", reason,
                MaybeWritten: false)];
        var letter = StreamLetters.Of(held.Entry, kind, reason, attempts, now);
        if (!(await store.DoomAsync(held.Entry.Id, now)).TryGetRight(out var isOpen, out var trouble)) return trouble;
        if (!isOpen) return Unit.Default;
        if (!(await parts.Letters.Save(letter)).TryGetRight(out _, out var failure)) return new ShardProblem.Away(failure);
        if (!(await store.BuryAsync(held.Entry.Id, now)).TryGetRight(out _, out trouble)) return trouble;
        // Only how the letter is shown depends on it: the entry will not be tried again by itself.
        await parts.Letters.NoteRowFailed(letter.Key);
        parts.Meter.DeadLetter(shard.Key);
        progress.Update(s => s with { DeadLetters = s.DeadLetters + 1 });
        return Unit.Default;
    }

    static EntryId Later(EntryId? one, EntryId other) => one is { } known && known > other ? known : other;

    abstract record Tried
    {
        public sealed record Decided(Verdict Verdict) : Tried;

        public sealed record Threw(string Reason) : Tried;
    }
}
