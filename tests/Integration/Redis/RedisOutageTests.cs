using System.Collections.Concurrent;
using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Support;
using LanguageExt;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Redis;

public sealed class RedisOutageTests
{
    /// <summary>The limit of one operation, and what a busy machine may add.</summary>
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(2) + TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Starting_without_Redis_fails_in_time_and_works_once_it_is_there()
    {
        await using var server = RedisServer.NotStarted();
        await using var connection = RedisFixture.ConnectionTo(server.Address);
        var store = new RedisDeadLetterStore(connection, TimeProvider.System);

        await FailsInTimeAsync(() => store.SaveAsync(Of(Key("e1"))));
        await FailsInTimeAsync(() => store.FindExistingAsync([Key("e1")]));
        Assert.Equal(RedisReach.Down, connection.State.Reach);
        await server.StartAsync();
        await WorksSoonAsync(() => store.SaveAsync(Of(Key("e1"))));
        Assert.Equal(RedisReach.Up, connection.State.Reach);
    }

    [Fact]
    public async Task A_killed_Redis_fails_in_time_and_its_letters_are_there_when_it_is_back()
    {
        await using var server = await RedisServer.StartedAsync("--appendfsync", "always");
        var lines = new LinesLogged();
        await using var connection = RedisFixture.ConnectionTo(server.Address, logger: lines);
        var store = new RedisDeadLetterStore(connection, TimeProvider.System);
        (await store.SaveAsync(Of(Key("before")))).Right();
        await server.KillAsync();

        for (var i = 0; i < 5; i++) await FailsInTimeAsync(() => store.SaveAsync(Of(Key("during"))));
        await FailsInTimeAsync(() => store.GetAsync(Key("before")));
        Assert.Equal(RedisReach.Down, connection.State.Reach);
        await server.StartAsync();
        await WorksSoonAsync(() => store.SaveAsync(Of(Key("after"))));
        Assert.Equal(
            new System.Collections.Generic.HashSet<DeadLetterKey> { Key("before"), Key("after") },
            (await store.FindExistingAsync([Key("before"), Key("after")])).Right());
        Assert.Equal(["Information", "Warning", "Information"], lines.Levels);
    }

    [Fact]
    public async Task A_stopped_Redis_fails_in_time_and_works_when_it_goes_on()
    {
        await using var server = await RedisServer.StartedAsync();
        await using var connection = RedisFixture.ConnectionTo(server.Address);
        var store = new RedisDeadLetterStore(connection, TimeProvider.System);
        (await store.SaveAsync(Of(Key("e1"), Noon))).Right();
        await server.PauseAsync();

        await FailsInTimeAsync(() => store.SaveAsync(Of(Key("e1"), Noon.AddSeconds(1))));
        await FailsInTimeAsync(() => store.DropAsync(Key("other")));
        Assert.Equal(RedisReach.Down, connection.State.Reach);
        await server.ResumeAsync();
        await WorksSoonAsync(() => store.SaveAsync(Of(Key("e1"), Noon.AddSeconds(2))));
        var letter = Assert.IsType<LetterLookup.Found>((await store.GetAsync(Key("e1"))).Right()).Letter;
        Assert.Equal(2, Assert.IsType<RecordReading.Readable>(letter.Record).Record.AttemptCount);
    }

    [Fact]
    public async Task A_stop_between_reading_and_writing_fails_in_time_and_what_is_written_later_is_whole()
    {
        await using var server = await RedisServer.StartedAsync();
        await using var connection = RedisFixture.ConnectionTo(server.Address);
        var store = new RedisDeadLetterStore(connection, TimeProvider.System);
        (await store.SaveAsync(Of(Key("e1")))).Right();

        await FailsInTimeAsync(() => store.UpdateAsync(Key("e1"), record =>
        {
            server.PauseAsync().GetAwaiter().GetResult();
            return record with { Reason = "changed" };
        }));
        await server.ResumeAsync();
        await WorksSoonAsync(() => store.DropAsync(Key("other")));
        var letter = Assert.IsType<LetterLookup.Found>((await store.GetAsync(Key("e1"))).Right()).Letter;
        var record = Assert.IsType<RecordReading.Readable>(letter.Record).Record;
        var summary = LetterSummary.Parse((byte[])(await connection.RunAsync(db => db.HashGetAsync("dlqx:sum:menu", "e1"))).Right()!);
        Assert.Equal(("changed", "changed"), (record.Reason, summary!.Reason));
    }

    [Fact]
    public async Task A_connection_whose_other_end_vanished_without_a_word_is_replaced_after_ten_silent_seconds()
    {
        await using var server = await RedisServer.StartedAsync();
        await using var proxy = new SwallowingForwarder(server.Port);
        var clock = new ClockAhead();
        await using var connection = new RedisConnection(
            RedisAddress.Parse(proxy.Address).Right(), clock, NullLogger<RedisConnection>.Instance,
            TimeSpan.FromMilliseconds(300));
        await WorksSoonAsync(() => connection.RunAsync(db => db.KeyExistsAsync("x")));
        proxy.SwallowWhatIsConnected();

        await FailsInTimeAsync(() => connection.RunAsync(db => db.KeyExistsAsync("x")));
        await FailsInTimeAsync(() => connection.RunAsync(db => db.KeyExistsAsync("x")));
        clock.Ahead = TimeSpan.FromSeconds(11);
        await FailsInTimeAsync(() => connection.RunAsync(db => db.KeyExistsAsync("x")));
        await WorksSoonAsync(() => connection.RunAsync(db => db.KeyExistsAsync("x")));
        Assert.Equal(RedisReach.Up, connection.State.Reach);
    }

    [Fact]
    public async Task A_wrong_password_is_a_failure_that_does_not_show_it()
    {
        await using var server = await RedisServer.StartedAsync("--requirepass", "right-secret");
        var lines = new LinesLogged();
        await using var wrong = RedisFixture.ConnectionTo($"{server.Address},password=wrong-secret", logger: lines);
        await using var right = RedisFixture.ConnectionTo($"{server.Address},password=right-secret");

        var failure = (await wrong.RunAsync(db => db.KeyExistsAsync("x"))).Left();
        Assert.DoesNotContain("secret", failure.Message + wrong.State.Detail + lines, StringComparison.Ordinal);
        Assert.False((await right.RunAsync(db => db.KeyExistsAsync("x"))).Right());
    }

    static async Task FailsInTimeAsync<T>(Func<Task<Either<StoreFailure, T>>> operation)
    {
        var since = Stopwatch.StartNew();
        (await operation()).Left();
        Assert.InRange(since.Elapsed, TimeSpan.Zero, Bound);
    }

    static async Task WorksSoonAsync<T>(Func<Task<Either<StoreFailure, T>>> operation)
    {
        var since = Stopwatch.StartNew();
        while ((await operation()).IsLeft)
        {
            Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
            await Task.Delay(100);
        }
    }

    /// <summary>Real time, but for the stretch by which the monotonic clock is ahead.</summary>
    sealed class ClockAhead : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long GetTimestamp() =>
            base.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);
    }

    sealed class LinesLogged : ILogger<RedisConnection>
    {
        readonly ConcurrentQueue<(LogLevel Level, string Text)> lines = new();

        public IEnumerable<string> Levels => lines.Select(l => l.Level.ToString());

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((logLevel, formatter(state, exception)));

        public override string ToString() => string.Join('\n', lines);
    }
}
