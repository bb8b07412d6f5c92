using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.TurnTaking;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>Keeps a process's tables in step with the log, one call after the other, and adds to it what a call needs.</summary>
/// <param name="admit">What becomes of an event that another program published, or why it is not taken.</param>
sealed class JournalFollower(
    JournalPort journal, JournalReplica replica, JournalKeeper keeper, Func<BrokerEvent, Either<string, BrokerEvent>> admit, ILogger log)
    : IAsyncDisposable
{
    /// <summary>Commands after which the whole state is kept and they are dropped.</summary>
    public const int KeepInterval = 5000;

    /// <summary>Somebody was faster so often, and yet nothing was there to read: no log is like that.</summary>
    const int VainLimit = 10;

    readonly TurnLine line = new();
    readonly CancellationTokenSource closing = new();
    readonly JournalOrphans orphans = new();
    Task watching = Task.CompletedTask;
    int isAsked;

    static StoreFailure Closed => new("the store is closed");

    /// <summary>Looks too when something may have been added, until it is disposed of.</summary>
    public void Watch() => watching = journal.Watch(() => _ = LookAsync(), closing.Token);

    /// <summary>Returns when who has the turn is done.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await watching;
        await line.CloseAsync();
        closing.Dispose();
    }

    public async Task<Either<StoreFailure, T>> ReadAsync<T>(Func<Task<Either<StoreFailure, T>>> ask)
    {
        if (!(await line.TakeAsync(default)).TryGetRight(out var taken, out _)) return Closed;
        using var turn = taken;
        return (await CatchUpAsync()).TryGetRight(out _, out var failure) ? await ask() : failure;
    }

    /// <param name="command">Asked with all before it seen; null where it would change nothing.</param>
    public async Task<Either<StoreFailure, TAnswer>> SubmitAsync<TAnswer>(Func<JournalCommand?> command, TAnswer otherwise)
        where TAnswer : notnull
    {
        if (!(await line.TakeAsync(default)).TryGetRight(out var taken, out _)) return Closed;
        using var turn = taken;
        for (var vain = 0; vain < VainLimit; vain++)
        {
            var before = replica.Position;
            if (!(await CatchUpAsync()).TryGetRight(out _, out var failure)) return failure;
            if (replica.Position != before) vain = 0;
            if (command() is not { } needed) return otherwise;
            if (!(await AddAsync(needed)).TryGetRight(out var added, out failure)) return failure;
            if (added.Case is { } answer) return (TAnswer)answer;
        }

        return new StoreFailure($"the journal takes nothing after {replica.Position}, and has nothing there");
    }

    /// <summary>None where another process was faster.</summary>
    async Task<Either<StoreFailure, Option<object>>> AddAsync(JournalCommand command)
    {
        if (!(await journal.Append(command, replica.Position, closing.Token)).TryGetRight(out var added, out var failure)) return failure;
        if (added.Case is not JournalEntry entry) return Option<object>.None;
        if (!(await replica.ApplyAsync(entry)).TryGetRight(out var answer, out failure)) return failure;
        await journal.Tell(new JournalNews(entry.Position, [.. replica.Touched(command)], replica.Gone, replica.Known));
        // With the commands before it went what is still to be made of them.
        if (orphans.IsEmpty) await keeper.KeepIfDueAsync(closing.Token);
        return Option<object>.Some(answer);
    }

    /// <summary>However often it is called: one look is under way, and one waits that begins after the last call.</summary>
    async Task LookAsync()
    {
        if (Interlocked.Exchange(ref isAsked, 1) == 1) return;
        if (!(await line.TakeAsync(default)).TryGetRight(out var taken, out _)) return;
        using var turn = taken;
        Interlocked.Exchange(ref isAsked, 0);
        await CatchUpAsync();
    }

    async Task<Either<StoreFailure, Unit>> CatchUpAsync()
    {
        while (!closing.IsCancellationRequested)
        {
            if (!(await journal.Read(replica.Position, closing.Token)).TryGetRight(out var page, out var failure)) return failure;
            if (page.Break is JournalBreak.Lost)
            {
                if (!(await PutBackAsync()).TryGetRight(out _, out failure)) return failure;
            }
            else if (page.State is { } state)
            {
                if (page.Break is JournalBreak.Other) NoteOther();
                if (replica.Load(state) is { } unreadable) return unreadable;
                keeper.NoteKept(state.Position);
            }
            else if (page.Entries.Count == 0)
            {
                if (!(await AdoptAsync()).TryGetRight(out var isDone, out failure)) return failure;
                if (isDone) return Unit.Default;
            }

            foreach (var entry in page.Entries)
            {
                if (!(await replica.ApplyAsync(entry)).TryGetRight(out var answer, out failure)) return failure;
                orphans.Settle(entry.Command);
                Warn(entry, answer);
                if (entry.Offered is { } offered) Take(offered, entry.Position);
            }
        }

        return Closed;
    }

    async Task<Either<StoreFailure, Unit>> PutBackAsync()
    {
        log.LogWarning(
            LogEvents.Named("broker.store-lost"),
            "broker: the store's storage has lost what this process knows, and gets it back, as of {Position}", replica.Position);
        return await keeper.KeepAsync(closing.Token);
    }

    void NoteOther()
    {
        orphans.Note(replica);
        log.LogWarning(
            LogEvents.Named("broker.store-other"),
            "broker: the store's storage came back older, and has other changes since: this process takes it as it is");
    }

    /// <summary>What the log does not know of the orphans is added to it; false where there may be more to read first.</summary>
    async Task<Either<StoreFailure, bool>> AdoptAsync()
    {
        while (orphans.Next(replica) is { } orphan)
        {
            if (!(await AddAsync(orphan.Command)).TryGetRight(out var added, out var failure))
            {
                if (journal.Excess(orphan.Command) is not { } excess) return failure;
                Refuse(orphan.Command, excess.Text);
                orphans.Drop();
            }
            else if (added.IsNone)
            {
                return false;
            }
            else if (!orphan.IsForeign)
            {
                log.LogWarning(
                    LogEvents.Named("broker.store-adopted"), "broker: lost by the store's storage, and stored again: {Lost}",
                    NameOf(orphan.Command));
            }
        }

        return true;
    }

    static string NameOf(JournalCommand orphan) => orphan switch
    {
        JournalCommand.SaveConsumer save => $"consumer {save.Consumer.Name}",
        JournalCommand.AddSchema add => $"schema {add.Schema.Type} {add.Schema.Version}",
        JournalCommand.SetSetting set => $"setting {set.Slug}",
        JournalCommand.Append append => $"event {EventJson.Read(append.Events[0]).Identity}",
        _ => throw new UnreachableException(),
    };

    /// <summary>What the entry does not take as it stands is added by a command, once: by the first process that sees it.</summary>
    void Take(BrokerEvent offered, ulong position)
    {
        if (!admit(offered).TryGetRight(out var admitted, out var why)) Refuse($"{offered.Identity}: {why}", position);
        else if (replica.Find(admitted.Identity) is not { } known) orphans.Offer(admitted);
        else if (!known.Event.SaysTheSameAs(admitted)) Refuse($"{admitted.Identity} is there with another body", position);
    }

    /// <summary>Its publisher is another program: nobody here can be told.</summary>
    void Warn(JournalEntry entry, object answer)
    {
        if (answer is Either<AppendRefusal, IReadOnlyList<Appended>> { Case: AppendRefusal.OtherBody other })
            Refuse($"{other.Event} is there with another body", entry.Position);
        if (entry.Remark is { } remark) Refuse(remark, entry.Position);
    }

    void Refuse(JournalCommand command, string why) => Refuse($"{NameOf(command)}: {why}", replica.Position);

    void Refuse(string why, ulong position) => log.LogWarning(
        LogEvents.Named("broker.event-refused"),
        "broker: what was published to the storage itself is not taken as it is: {Why} ({Position})", why, position);
}
