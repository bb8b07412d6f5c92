using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class DeliveryLedgerTests
{
    static readonly EventId A = new("a");
    static readonly EventId B = new("b");

    readonly FakeTimeProvider clock = new();
    readonly Dictionary<EventId, LedgerEntry> copy = [];
    readonly Queue<Task> slowLoads = [];
    int loads;
    bool away;

    [Fact]
    public void An_event_that_was_begun_when_its_process_died_is_in_doubt_and_a_published_one_is_not()
    {
        copy[A] = new LedgerEntry(LedgerState.Begun, clock.GetUtcNow(), 1);
        copy[B] = new LedgerEntry(LedgerState.Published, clock.GetUtcNow(), 0);
        var ledger = Loaded();
        Assert.Equal((2, 0), (ledger.Find(A)!.Unknowns, ledger.Find(B)!.Unknowns));
    }

    [Fact]
    public void The_copy_is_read_until_it_worked_and_then_never_again()
    {
        var ledger = New();
        away = true;
        Assert.True(ledger.EnsureLoadedAsync(A).Ended().IsLeft);
        away = false;
        Assert.True(ledger.EnsureLoadedAsync(A).Ended().IsRight);
        Assert.True(ledger.EnsureLoadedAsync(A).Ended().IsRight);
        Assert.Equal(2, loads);
    }

    [Fact]
    public void When_the_flow_may_have_been_anothers_everything_is_forgotten_what_could_not_be_written_too_and_read_again() => OnOneThread.Run(() =>
    {
        var ledger = Loaded();
        Assert.True(ledger.BeginAsync([A]).Ended().IsRight);
        away = true;
        ledger.NotePublished([A], null);
        Assert.True(ledger.ForgetAllAsync(0).IsCompletedSuccessfully);
        away = false;
        copy.Remove(A);
        copy[B] = new LedgerEntry(LedgerState.Published, clock.GetUtcNow(), 0);
        Assert.True(ledger.EnsureLoadedAsync(A).Ended().IsRight);
        Assert.True(ledger.FlushAsync().Ended().IsRight);
        Assert.Equal((false, true), (copy.ContainsKey(A), copy.ContainsKey(B)));
        Assert.Equal((null, LedgerState.Published), (ledger.Find(A), ledger.Find(B)!.State));
    });

    [Fact]
    public void Of_two_who_read_the_copy_at_once_the_second_brings_nothing_back() => OnOneThread.Run(() =>
    {
        copy[A] = new LedgerEntry(LedgerState.Published, clock.GetUtcNow(), 0);
        var slow = new TaskCompletionSource();
        slowLoads.Enqueue(slow.Task);
        var ledger = New();
        var second = ledger.EnsureLoadedAsync(A);
        Assert.True(ledger.EnsureLoadedAsync(A).Ended().IsRight);
        ledger.Forget([A]);
        slow.SetResult();
        Assert.True(second.Ended().IsRight);
        Assert.Null(ledger.Find(A));
    });

    [Fact]
    public void Only_events_of_which_nothing_can_be_written_are_forgotten_when_left()
    {
        var ledger = Loaded();
        EventId[] all = [A, B, new("c")];
        Assert.True(ledger.BeginAsync(all).Ended().IsRight);
        ledger.NoteUnknown([B]);
        ledger.NotePublished([all[2]], null);
        ledger.ForgetUnwritten(all);
        Assert.Null(ledger.Find(A));
        Assert.Equal([B, all[2]], copy.Keys.OrderBy(id => id.Value));
        ledger.Forget(all);
        Assert.Empty(copy);
    }

    [Fact]
    public void Beginning_again_keeps_when_it_first_began_and_how_often_it_ended_unknown()
    {
        var ledger = Loaded();
        var began = clock.GetUtcNow();
        Assert.True(ledger.BeginAsync([A]).Ended().IsRight);
        ledger.NoteUnknown([A]);
        clock.Advance(TimeSpan.FromHours(1));
        Assert.True(ledger.BeginAsync([A]).Ended().IsRight);
        Assert.Equal(new LedgerEntry(LedgerState.Begun, began, 1), copy[A]);
    }

    [Fact]
    public void An_event_that_is_no_longer_pending_may_be_forgotten_only_when_its_letter_has_expired()
    {
        var ledger = Loaded();
        ledger.NotePublished([A], null);
        clock.Advance(DeadLetter.TimeToLive * 2);
        Assert.Empty(ledger.LongAbsent([0], _ => false, _ => false));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(ledger.LongAbsent([0], id => id == A, _ => false));
        Assert.Empty(ledger.LongAbsent([0], _ => false, id => id == A));
        Assert.Equal([A], ledger.LongAbsent([0], _ => false, _ => false));
        ledger.Forget([A]);
        Assert.Empty(copy);
    }

    [Fact]
    public void Each_shard_writes_its_own_events_and_is_forgotten_and_read_by_itself()
    {
        var count = new ShardCount(3);
        var copies = Enumerable.Range(0, 3).Select(_ => new Dictionary<EventId, LedgerEntry>()).ToArray();
        var down = -1;
        var ledger = new DeliveryLedger(
            [.. copies.Select((own, n) => new LedgerPort(
                () => Task.FromResult<Either<StoreFailure, IReadOnlyDictionary<EventId, LedgerEntry>>>(new Dictionary<EventId, LedgerEntry>(own)),
                changes =>
                {
                    if (n == down) return Task.FromResult<Either<StoreFailure, Unit>>(new StoreFailure("lost"));
                    foreach (var (id, entry) in changes)
                    {
                        if (entry is null) own.Remove(id);
                        else own[id] = entry;
                    }

                    return Task.FromResult<Either<StoreFailure, Unit>>(Unit.Default);
                }))],
            clock);
        EventId[] ids = [.. Enumerable.Range(0, 30).Select(n => new EventId($"e{n}"))];
        Assert.True(ledger.EnsureLoadedAsync([0, 1, 2]).Ended().IsRight);
        Assert.True(ledger.BeginAsync(ids).Ended().IsRight);
        for (var n = 0; n < 3; n++) Assert.Equal(ids.Where(id => count.Of(id) == n).ToHashSet(), copies[n].Keys.ToHashSet());

        down = 1;
        EventId[] more = [.. Enumerable.Range(30, 30).Select(n => new EventId($"e{n}"))];
        Assert.Equal("lost", ledger.BeginAsync(more).Ended().Match(_ => "", f => f.Message));
        Assert.Equal(more.Where(id => count.Of(id) != 1).ToHashSet(), copies.SelectMany(c => c.Keys).Except(ids).ToHashSet());
        down = -1;
        var other = ids.First(id => count.Of(id) == 2);
        copies[2][other] = new LedgerEntry(LedgerState.Published, clock.GetUtcNow(), 0);
        Assert.True(ledger.ForgetAllAsync(2).IsCompletedSuccessfully);
        Assert.Null(ledger.Find(other));
        Assert.NotNull(ledger.Find(ids.First(id => count.Of(id) == 0)));
        Assert.True(ledger.EnsureLoadedAsync(other).Ended().IsRight);
        Assert.Equal(LedgerState.Published, ledger.Find(other)!.State);
    }

    DeliveryLedger Loaded()
    {
        var ledger = New();
        Assert.True(ledger.EnsureLoadedAsync(A).Ended().IsRight);
        return ledger;
    }

    DeliveryLedger New() => new(
        new LedgerPort(
            async () =>
            {
                loads++;
                var read = copy.ToDictionary();
                if (slowLoads.TryDequeue(out var slow)) await slow;
                return await Answer<IReadOnlyDictionary<EventId, LedgerEntry>>(read);
            },
            changes =>
            {
                foreach (var (id, entry) in changes)
                {
                    if (entry is null) copy.Remove(id);
                    else copy[id] = entry;
                }

                return Answer(Unit.Default);
            }),
        clock);

    Task<Either<StoreFailure, T>> Answer<T>(T answer) =>
        Task.FromResult<Either<StoreFailure, T>>(away ? new StoreFailure("away") : answer);
}
