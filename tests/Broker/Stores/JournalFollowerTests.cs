using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>How often a log is asked, and what a log does to it that is none.</summary>
public sealed class JournalFollowerTests
{
    readonly List<JournalEntry> entries = [];
    readonly SemaphoreSlim answers = new(0);
    Action changed = () => { };
    bool takesNothing;
    StoreFailure? keepFailure;
    int keeps;
    int reads;

    [Fact]
    public async Task However_often_something_is_added_one_look_is_under_way_and_one_waits()
    {
        answers.Release();
        await using var store = (await JournalStore.OpenAsync(Log(), TimeProvider.System)).Right();
        for (var n = 0; n < 1000; n++) changed();
        var appended = store.Port.AppendAsync(Event("e1"));
        answers.Release(2000);
        await appended;
        // Of the opening, of the look that was under way, of the one that waited, and of the append.
        Assert.Equal(4, reads);
    }

    /// <summary>It was asked for ever, with the line held, so that the store could not even be closed.</summary>
    [Fact]
    public async Task A_log_that_takes_nothing_and_has_nothing_is_a_failure()
    {
        answers.Release(10_000);
        await using var store = (await JournalStore.OpenAsync(Log(), TimeProvider.System)).Right();
        takesNothing = true;
        Assert.True((await store.Port.Append([Event("e1")], default).WaitAsync(TimeSpan.FromSeconds(30))).IsLeft);
    }

    /// <summary>Writing the state costs as much as all events, and was done after every command.</summary>
    [Fact]
    public async Task A_state_that_cannot_be_kept_is_told_and_tried_again_after_as_many_commands_or_a_minute()
    {
        answers.Release(10_000);
        var log = new LogLines();
        var clock = new FakeTimeProvider(Noon);
        await using var store = (await JournalStore.OpenAsync(Log(), clock, keepInterval: 50, log: log)).Right();
        keepFailure = new StoreFailure("no room");
        for (var n = 0; n < 120; n++) await store.Port.AppendAsync(Event($"e{n}"));
        Assert.Equal(2, keeps);
        Assert.Equal(2, log.All.Count);
        Assert.All(log.All, l => Assert.Equal(("broker.state-not-kept", true), (l.Name, l.Text.Contains("no room", StringComparison.Ordinal))));
        clock.Advance(TimeSpan.FromMinutes(1));
        keepFailure = null;
        for (var n = 0; n < 40; n++) await store.Port.AppendAsync(Event($"f{n}"));
        Assert.Equal((3, 2), (keeps, log.All.Count));
    }

    JournalPort Log() => new(ReadAsync, Append, Keep, Watch, _ => Task.CompletedTask);

    async Task<Either<StoreFailure, JournalPage>> ReadAsync(ulong position, CancellationToken stopping)
    {
        Interlocked.Increment(ref reads);
        await answers.WaitAsync(stopping);
        return new JournalPage(null, [.. entries.Where(e => e.Position > position)]);
    }

    Task<Either<StoreFailure, Option<JournalEntry>>> Append(JournalCommand command, ulong position, CancellationToken stopping)
    {
        if (takesNothing) return Right(Option<JournalEntry>.None);
        entries.Add(new JournalEntry(position + 1, $"m{position + 1}", command));
        return Right(Option<JournalEntry>.Some(entries[^1]));
    }

    Task<Either<StoreFailure, Unit>> Keep(ulong position, byte[] state, CancellationToken stopping)
    {
        keeps++;
        return Task.FromResult(keepFailure is { } failure ? Either<StoreFailure, Unit>.Left(failure) : Unit.Default);
    }

    Task Watch(Action onChange, CancellationToken stopping)
    {
        changed = onChange;
        return Task.CompletedTask;
    }

    static Task<Either<StoreFailure, T>> Right<T>(T value) => Task.FromResult(Either<StoreFailure, T>.Right(value));
}
