using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores;

/// <summary>A handling with its event.</summary>
/// <param name="Token">Of its last lease: whoever notes something of this look at it names it.</param>
/// <param name="Edited">What is sent instead of the event's own payload, where somebody repaired it for this consumer.</param>
public sealed record EventHandling(Handling Handling, long Token, BrokerEvent Event, Option<ReadOnlyMemory<byte>> Edited)
{
    public bool IsDead => Handling.State is HandlingState.Dead;
}

/// <param name="Consumer">Null: of all.</param>
/// <param name="After">Positions from here on: the cursor of a page.</param>
/// <param name="Lettered">Only those whose letter is kept, where it is set.</param>
public sealed record DeadFilter(string? Consumer = null, long After = 0, bool Lettered = false)
{
    /// <summary>Neither payloads, repaired ones included, nor metadata are wanted, where a store would have to fetch them.</summary>
    public bool IsBare { get; init; }
}

/// <summary>
/// Dead handlings, and what is known of their letters elsewhere. The handling is the truth and the letter a view of it:
/// what is noted here says only whether the view has to be looked at.
/// </summary>
/// <param name="One">By its id.</param>
/// <param name="List">In the order of routing, so many at most.</param>
/// <param name="Due">Handlings whose letter is not as they are: dead ones without a current one, others that still have one.</param>
/// <param name="Note">
/// That a handling's letter is there, or gone; nothing where the handling was leased since it was looked at.
/// </param>
/// <param name="Revive">
/// A dead one waits again, with no attempts made, its failure kept, and with a repaired payload where one is given.
/// </param>
/// <param name="PutAside">A dead one is skipped; its letter, put aside, is nobody's business any more.</param>
/// <param name="Restore">One that was put aside is dead again.</param>
/// <param name="Newer">
/// Whether its consumer is through with an event of the same key that came later, among so many that came after it; what was
/// removed by retention is not seen.
/// </param>
public sealed record DeadHandlings(
    Func<Guid, CancellationToken, Task<Either<StoreFailure, Option<EventHandling>>>> One,
    Func<DeadFilter, int, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<EventHandling>>>> List,
    Func<int, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<EventHandling>>>> Due,
    Func<IReadOnlyList<LetterNote>, CancellationToken, Task<Either<StoreFailure, Unit>>> Note,
    Func<Guid, Option<ReadOnlyMemory<byte>>, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> Revive,
    Func<Guid, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> PutAside,
    Func<Guid, DateTimeOffset, CancellationToken, Task<Either<StoreFailure, bool>>> Restore,
    Func<EventHandling, int, CancellationToken, Task<Either<StoreFailure, NewerEvent>>> Newer);

public readonly record struct LetterNote(Guid HandlingId, long Token, bool IsKept);
