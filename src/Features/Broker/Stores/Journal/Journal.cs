using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>A log that several processes write, one command after the other: who has not seen the last one cannot add one.</summary>
/// <param name="Read">What follows a position; empty at the end.</param>
/// <param name="Append">At the position after the given one; None where another process was faster.</param>
/// <param name="Keep">Keeps the whole state as of a position, and drops the commands up to it; after <see cref="JournalBreak.Lost"/>,
/// puts it back.</param>
/// <param name="Watch">Calls back whenever something may have been added, until it is stopped; never fails.</param>
/// <param name="Tell">Shows other programs how events are, and which are gone. What is told late or not at all harms nothing.</param>
sealed record JournalPort(
    Func<ulong, CancellationToken, Task<Either<StoreFailure, JournalPage>>> Read,
    Func<JournalCommand, ulong, CancellationToken, Task<Either<StoreFailure, Option<JournalEntry>>>> Append,
    Func<ulong, byte[], CancellationToken, Task<Either<StoreFailure, Unit>>> Keep,
    Func<Action, CancellationToken, Task> Watch,
    Func<JournalNews, Task> Tell);

/// <param name="Position">Of the command that made it so.</param>
sealed record JournalNews(ulong Position, IReadOnlyList<StoredEvent> Changed, IReadOnlyList<EventIdentity> Gone);

/// <param name="Mark">Like no other entry's, for a position is not: a storage that comes back older gives it out again. Empty where
/// an older build or another program wrote it.</param>
sealed record JournalEntry(ulong Position, string Mark, JournalCommand Command);

/// <param name="State">The state to begin from, where commands after the asked position are gone; null where none are.</param>
sealed record JournalPage(KeptState? State, IReadOnlyList<JournalEntry> Entries)
{
    public JournalBreak Break { get; init; }
}

/// <summary>Where the log is not what the asker has seen of it.</summary>
enum JournalBreak
{
    None,

    /// <summary>The asker has all that is in the log, and more: the storage has lost it, and can have it back.</summary>
    Lost,

    /// <summary>
    /// The log has other entries than the asker: the storage came back older, and somebody added to it. What is in the log counts.
    /// </summary>
    Other,
}

/// <param name="Bytes">Empty: from the very beginning.</param>
sealed record KeptState(ulong Position, byte[] Bytes)
{
    public static KeptState Nothing { get; } = new(0, []);
}
