using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>A log that several processes write, one command after the other: who has not seen the last one cannot add one.</summary>
/// <param name="Read">What follows a position; empty at the end.</param>
/// <param name="Append">At the position after the given one; None where another process was faster.</param>
/// <param name="Keep">Keeps the whole state as of a position, and drops the commands up to it.</param>
/// <param name="Watch">Calls back whenever something may have been added, until it is stopped; never fails.</param>
/// <param name="Tell">Shows other programs how events are, and which are gone. What is told late or not at all harms nothing.</param>
sealed record JournalPort(
    Func<ulong, CancellationToken, Task<Either<StoreFailure, JournalPage>>> Read,
    Func<JournalCommand, ulong, CancellationToken, Task<Either<StoreFailure, Option<ulong>>>> Append,
    Func<ulong, byte[], CancellationToken, Task<Either<StoreFailure, Unit>>> Keep,
    Func<Action, CancellationToken, Task> Watch,
    Func<JournalNews, Task> Tell);

/// <param name="Position">Of the command that made it so.</param>
sealed record JournalNews(ulong Position, IReadOnlyList<StoredEvent> Changed, IReadOnlyList<EventIdentity> Gone);

/// <param name="State">The state to begin from, where commands after the asked position are gone; null where none are.</param>
/// <param name="IsLost">The log is empty, and the asker knows it otherwise: its storage has lost it.</param>
sealed record JournalPage(KeptState? State, IReadOnlyList<(ulong Position, JournalCommand Command)> Commands, bool IsLost);

/// <param name="Bytes">Empty: from the very beginning.</param>
sealed record KeptState(ulong Position, byte[] Bytes)
{
    public static KeptState Nothing { get; } = new(0, []);
}
