using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Who has an event in hand, and since when.</summary>
public sealed record InFlightMark(string By, DateTimeOffset Since);

/// <summary>
/// Who of one flow has which event in hand right now: a visit or a replay, never two. An event may have an input: two with
/// the same one are never in hand together. All of it dies with the process.
/// </summary>
public sealed class InFlightEvents(TimeProvider clock)
{
    readonly Lock gate = new();
    readonly Dictionary<EventId, (InFlightMark InFlightMark, string? Input)> events = [];
    readonly Dictionary<string, InFlightMark> inputs = new(StringComparer.Ordinal);
    readonly System.Collections.Generic.HashSet<EventId> releasedDuringVisit = [];
    TaskCompletionSource? empty;
    bool visiting;

    /// <summary>
    /// From before a poll asks until it has taken what it will. A row read in this time may be older than the end of work
    /// on its event, so an event that is released meanwhile is left to the next visit.
    /// </summary>
    public void BeginVisit()
    {
        lock (gate)
        {
            visiting = true;
            releasedDuringVisit.Clear();
        }
    }

    public void EndVisit()
    {
        lock (gate)
        {
            visiting = false;
            releasedDuringVisit.Clear();
        }
    }

    /// <summary>False while another has the event, and where one had it since the visit began.</summary>
    public bool TryTakeForVisit(EventId id, string? input = null)
    {
        lock (gate) return !releasedDuringVisit.Contains(id) && TryTake(id, "poll", input).IsRight;
    }

    /// <summary>Takes the event, or says who has it, or its input, and since when.</summary>
    public Either<InFlightMark, Unit> TryTake(EventId id, string by, string? input = null)
    {
        lock (gate)
        {
            if (events.TryGetValue(id, out var taken)) return taken.InFlightMark;
            if (input is not null && inputs.TryGetValue(input, out var other)) return other;
            var hold = new InFlightMark(by, clock.GetUtcNow());
            events.Add(id, (hold, input));
            if (input is not null) inputs.Add(input, hold);
            return Unit.Default;
        }
    }

    public void Release(EventId id)
    {
        TaskCompletionSource? done = null;
        lock (gate)
        {
            if (events.Remove(id, out var taken) && taken.Input is { } input) inputs.Remove(input);
            if (visiting) releasedDuringVisit.Add(id);
            if (events.Count == 0) (done, empty) = (empty, null);
        }

        done?.SetResult();
    }

    /// <summary>Null where nobody has it.</summary>
    public InFlightMark? HolderOf(EventId id)
    {
        lock (gate) return events.TryGetValue(id, out var taken) ? taken.InFlightMark : null;
    }

    /// <summary>Completes when nothing is in hand.</summary>
    public Task WhenEmptyAsync()
    {
        lock (gate)
        {
            if (events.Count == 0) return Task.CompletedTask;
            empty ??= new TaskCompletionSource();
            return empty.Task;
        }
    }
}
