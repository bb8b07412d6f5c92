using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Host;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Host.Telemetry;

public sealed class LogFormTests
{
    readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 5, 12, 0, 0, TimeSpan.Zero));
    readonly StringWriter output = new();

    [Fact]
    public void As_JSON_an_entry_is_one_object_on_one_line_with_its_name_and_its_fields()
    {
        Logger(new JsonLineFormatter(clock)).LogWarning(
            LogEvents.Named("poller.trouble"), "{Poller}: {Problem}; {LeftPending} rows", "messages", "bad\r\n{\"level\":\"error\"}\u001b[31m", 7);
        var json = JsonDocument.Parse(Assert.Single(Lines())).RootElement;
        Assert.Equal(["time", "level", "category", "event", "message", "fields"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal("2026-03-05T12:00:00.000Z", json.GetProperty("time").GetString());
        Assert.Equal("warning", json.GetProperty("level").GetString());
        Assert.Equal("poller.trouble", json.GetProperty("event").GetString());
        Assert.Equal("messages", json.GetProperty("fields").GetProperty("Poller").GetString());
        Assert.Equal(7, json.GetProperty("fields").GetProperty("LeftPending").GetInt32());
        Assert.Equal("messages: bad\\u000d\\u000a{\"level\":\"error\"}\\u001b[31m; 7 rows", json.GetProperty("message").GetString());
    }

    [Fact]
    public void A_fault_is_told_with_its_exception_and_half_a_character_breaks_nothing()
    {
        Logger(new JsonLineFormatter(clock)).LogError(LogEvents.Named("poller.bug"), new InvalidOperationException("half \ud83d of one"), "{Poller} failed", "x\ud83d");
        var json = JsonDocument.Parse(Assert.Single(Lines())).RootElement;
        Assert.Contains("InvalidOperationException: half", json.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flood_of_one_event_is_cut_and_counted_and_the_audit_is_not()
    {
        var log = Logger(new LineFormatter(clock));
        for (var n = 0; n < 1000; n++) log.LogWarning(LogEvents.Named("poller.trouble"), "trouble {N}", n);
        for (var n = 0; n < 100; n++) log.LogInformation(LogEvents.Named("audit.entry"), "who {N}", n);
        Assert.Equal(LogFlood.LinesPerMinute, Lines().Count(l => l.Contains("[poller.trouble]", StringComparison.Ordinal)));
        Assert.Equal(100, Lines().Count(l => l.Contains("[audit.entry]", StringComparison.Ordinal)));
        clock.Advance(TimeSpan.FromMinutes(1));
        log.LogWarning(LogEvents.Named("poller.trouble"), "once more");
        Assert.EndsWith($"once more ({1000 - LogFlood.LinesPerMinute} lines of this event before it were left out)", Lines()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_that_is_set_back_silences_neither_an_event_nor_a_refusal()
    {
        var moved = new SteppedClock();
        var log = Logger(new LineFormatter(moved));
        var refusals = new RefusalLog(new Forwarded<RefusalLog>(Logger(new LineFormatter(moved))), moved);
        for (var n = 0; n < 1000; n++) log.LogWarning(LogEvents.Named("poller.trouble"), "trouble {N}", n);
        for (var n = 0; n < 1000; n++) refusals.Note(new DefaultHttpContext(), 401, "no key");
        var before = Lines().Count;

        moved.Set(TimeSpan.FromHours(-1));
        moved.Advance(TimeSpan.FromMinutes(1));
        log.LogWarning(LogEvents.Named("poller.trouble"), "an hour earlier");
        refusals.Note(new DefaultHttpContext(), 401, "no key");
        Assert.Equal(before + 2, Lines().Count);
        Assert.Contains($"({1000 - RefusalLog.LinesPerInterval} refusals before it were not written)", Lines()[^1], StringComparison.Ordinal);
    }

    /// <summary>Five flows whose backend is down and says so in other words each time, polled as often as can be set.</summary>
    [Fact]
    public void An_outage_of_ten_minutes_writes_fewer_than_100_lines_a_minute()
    {
        var leases = Enumerable.Range(0, 5).Select(_ => FakeLeases.Held()).ToArray();
        OnOneThread.Run(() => Suffer(leases));
    }

    void Suffer(FlowLease[] leases)
    {
        var time = new FakeClock();
        var formatter = new LineFormatter(time);
        var log = Logger(formatter);
        using var stop = new CancellationTokenSource();
        var asked = 0;
        foreach (var (lease, n) in leases.Select((lease, n) => (lease, n)))
        {
            _ = new PollingLoop(
                $"flow{n}", _ => Task.FromResult(asked++ % 7 == 6 ? Fine : VisitReport.Failed(new CallFailure(CallFailureKind.Unavailable, $"try {asked}"))),
                PollCadence.Resting(TimeSpan.FromMilliseconds(10)), FlowLeases.Whole(lease), time, () => 0.5, log)
                .RunAsync(stop.Token);
        }

        var perMinute = new List<int>();
        for (var minute = 0; minute < 10; minute++)
        {
            var before = Lines().Count;
            for (var step = 0; step < 600; step++) time.Advance(TimeSpan.FromMilliseconds(100));
            perMinute.Add(Lines().Count - before);
        }

        stop.Cancel();
        Assert.True(asked > 1000, $"only {asked} visits");
        Assert.All(perMinute, lines => Assert.InRange(lines, 0, 99));
    }

    static VisitReport Fine => new(1, 1, 0, 0, 0, null, null);

    ILogger Logger(ConsoleFormatter formatter) => new Writer(formatter, output);

    List<string> Lines() => [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Its time of day is set; the time that has passed goes on.</summary>
    sealed class SteppedClock : TimeProvider
    {
        readonly FakeTimeProvider steady = new();
        TimeSpan ahead;

        public override long TimestampFrequency => steady.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + ahead;

        public override long GetTimestamp() => steady.GetTimestamp();

        public void Set(TimeSpan by) => ahead += by;

        public void Advance(TimeSpan by) => steady.Advance(by);
    }

    sealed class Forwarded<T>(ILogger to) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> text) =>
            to.Log(logLevel, eventId, state, exception, text);
    }

    sealed class Writer(ConsoleFormatter formatter, TextWriter to) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> text) =>
            formatter.Write(new LogEntry<TState>(logLevel, "Test", eventId, state, exception, text), null, to);
    }
}
