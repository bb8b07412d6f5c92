using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>
/// Who has which event in hand. Two with the same input share one generation by never being under way together. Work goes
/// on from one visit to the next, so this also knows how to end it all.
/// </summary>
sealed class LawInFlight(TimeProvider clock) : IDisposable
{
    readonly InFlightEvents holds = new(clock);
    readonly CancellationTokenSource ending = new();

    /// <summary>Ends generations and waits; what was begun to be saved or marked goes on to its end.</summary>
    public CancellationToken Ending => ending.Token;

    public void BeginVisit() => holds.BeginVisit();

    public void EndVisit() => holds.EndVisit();

    public bool TryTakeForVisit(LawEvent law) => holds.TryTakeForVisit(law.Id, law.InputHash);

    /// <summary>Null where nobody has it.</summary>
    public InFlightMark? HolderOf(EventId id) => holds.HolderOf(id);

    /// <summary>Takes an event of which only the id is known, to close it: its input is not needed for that.</summary>
    public Either<InFlightMark, Unit> TryTake(EventId id, string by) => holds.TryTake(id, by);

    /// <summary>Takes the event, or says who has it, or its input, and since when.</summary>
    public Either<InFlightMark, Unit> TryTake(LawEvent law, string by) => holds.TryTake(law.Id, by, law.InputHash);

    public void Release(LawEvent law) => holds.Release(law.Id);

    public void Release(EventId id) => holds.Release(id);

    /// <summary>Ends what may be ended, and completes when nothing is in hand.</summary>
    public Task DrainAsync()
    {
        ending.Cancel();
        return holds.WhenEmptyAsync();
    }

    public void Dispose() => ending.Dispose();
}
