using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>
/// Who has which event in hand, and which input: two events with the same input share one generation by never being
/// under way together. Work goes on from one visit to the next, so this also knows how to end it all.
/// </summary>
sealed class LawHand(TimeProvider clock) : IDisposable
{
    readonly Lock gate = new();
    readonly Dictionary<EventId, Hold> events = [];
    readonly Dictionary<string, Hold> inputs = new(StringComparer.Ordinal);
    readonly System.Collections.Generic.HashSet<EventId> endedDuringVisit = [];
    readonly CancellationTokenSource ending = new();
    TaskCompletionSource? empty;
    bool visiting;

    /// <summary>Ends generations and waits; what was begun to be saved or marked goes on to its end.</summary>
    public CancellationToken Ending => ending.Token;

    /// <summary>
    /// From before a poll asks until it has started what it will. A row read in this time may be older than the end of
    /// its event's work, so such an event is left to the next visit.
    /// </summary>
    public void BeginVisit()
    {
        lock (gate)
        {
            visiting = true;
            endedDuringVisit.Clear();
        }
    }

    public void EndVisit()
    {
        lock (gate) visiting = false;
    }

    public bool TryTakeForVisit(LawEvent law)
    {
        lock (gate) return !endedDuringVisit.Contains(law.Id) && TryTake(law, "poll").IsRight;
    }

    /// <summary>Null where nobody has it.</summary>
    public Hold? HolderOf(EventId id)
    {
        lock (gate) return events.GetValueOrDefault(id);
    }

    /// <summary>Takes an event of which only the id is known, to close it: its input is not needed for that.</summary>
    public Either<Hold, Unit> TryTake(EventId id, string by)
    {
        lock (gate)
        {
            if (events.TryGetValue(id, out var other)) return other;
            events.Add(id, new Hold(by, clock.GetUtcNow()));
            return Unit.Default;
        }
    }

    /// <summary>Takes the event, or says who has it, or its input, and since when.</summary>
    public Either<Hold, Unit> TryTake(LawEvent law, string by)
    {
        lock (gate)
        {
            if (events.TryGetValue(law.Id, out var other) || inputs.TryGetValue(law.InputHash, out other)) return other;
            var hold = new Hold(by, clock.GetUtcNow());
            events.Add(law.Id, hold);
            inputs.Add(law.InputHash, hold);
            return Unit.Default;
        }
    }

    public void Release(LawEvent law)
    {
        lock (gate)
        {
            inputs.Remove(law.InputHash);
            Release(law.Id);
        }
    }

    public void Release(EventId id)
    {
        TaskCompletionSource? done = null;
        lock (gate)
        {
            events.Remove(id);
            if (visiting) endedDuringVisit.Add(id);
            if (events.Count == 0) (done, empty) = (empty, null);
        }

        done?.SetResult();
    }

    /// <summary>Ends what may be ended, and completes when nothing is in hand.</summary>
    public Task DrainAsync()
    {
        ending.Cancel();
        lock (gate)
        {
            if (events.Count == 0) return Task.CompletedTask;
            empty ??= new TaskCompletionSource();
            return empty.Task;
        }
    }

    public void Dispose() => ending.Dispose();
}
