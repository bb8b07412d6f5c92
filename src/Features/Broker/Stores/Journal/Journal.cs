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
    Func<JournalNews, Task> Tell)
{
    /// <summary>Why an append of a command fails whenever it is tried: the storage takes less at once. Null where that is not so.</summary>
    public Func<JournalCommand, JournalExcess?> Excess { get; init; } = _ => null;
}

/// <param name="Bytes">Of the command, as it would be sent.</param>
/// <param name="Limit">In bytes.</param>
sealed record JournalExcess(int Bytes, int Limit)
{
    public string Text => $"it takes {Bytes} bytes, and the storage no more than {Limit} at once";
}

/// <param name="Position">Of the command that made it so.</param>
/// <param name="Known">The identities of all events that there are now, as text.</param>
sealed record JournalNews(
    ulong Position, IReadOnlyList<StoredEvent> Changed, IReadOnlyList<EventIdentity> Gone, Func<IReadOnlySet<string>> Known);

/// <param name="Mark">Like no other entry's, for a position is not: a storage that comes back older gives it out again. Empty where
/// another program wrote it.</param>
sealed record JournalEntry(ulong Position, string Mark, JournalCommand Command)
{
    /// <summary>Builds without marks made something else of some commands: who read those here would end other handlings.</summary>
    public const string Unmarked =
        "the journal has commands of a build that knew no marks: let that build deliver what is open, then give the stream another name";

    /// <summary>Why what another program published is not taken, or not as it was written; null where there is nothing to say.</summary>
    public string? Remark { get; init; }

    /// <summary>
    /// An event of another program which the command does not take. Whoever reads it may add it by a command of its own: what an entry
    /// itself does is the same in every build, or processes would have different tables.
    /// </summary>
    public BrokerEvent? Offered { get; init; }
}

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
