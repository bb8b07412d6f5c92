using System.Collections.Concurrent;
using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Logs;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Tests.Integration.Interop;

/// <summary>One visit of the logs' poller to @grpc/grpc-js; Kafka's client is the real one where its limit matters.</summary>
public sealed class LogsPollerTests : OutboxTest
{
    const int RecordBytes = 20_000;

    readonly ConcurrentQueue<Delivery> published = new();
    readonly ConcurrentQueue<DeadLetter> letters = new();
    readonly LogLines lines = new();

    [Fact]
    public async Task Rows_with_foreign_values_travel_alone_and_are_told()
    {
        await Backends.Control.AddRowsAsync("main", Row("1"), Row("head", "HEAD"), Row("2"), Row("trace", "TRACE"), Row("3"));

        var report = await VisitAsync(Publish);

        Assert.Equal((5, 5), (report.Found, report.Delivered));
        Assert.Equal([1, 1, 3], published.Select(d => d.Events.Count).Order());
        Assert.Equal(5, await Backends.Control.CountAsync("main", "HOBOM_LOG", "SENT"));
        Assert.Contains(lines.Lines, line => line.StartsWith("Warning HOBOM_LOG: 2 values that the consumers do not know", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_too_large_alone_becomes_a_permanent_letter_with_its_size_and_the_others_go_on()
    {
        await using var client = NewPublisher();
        await Backends.Control.AddRowsAsync("main", Row("1"), Row("large", message: new string('가', RecordBytes / 3)), Row("2"));

        var report = await VisitAsync((delivery, again) =>
            delivery.Events.Any(e => e.Id.Value == "large") ? client.PublishAsync(delivery, again) : Publish(delivery, again));

        Assert.Equal((3, 2, 1), (report.Found, report.Delivered, report.DeadLettered));
        var letter = Assert.Single(letters);
        Assert.Equal(("dlq:log:large", FailureClass.Permanent), (letter.Key.Format(), letter.Class));
        Assert.Single(letter.Attempts);
        Assert.EndsWith($": the value has {letter.Payload.Length} bytes", letter.Reason, StringComparison.Ordinal);
        Assert.StartsWith("[{\"serviceType\":", Encoding.UTF8.GetString(letter.Payload.Span), StringComparison.Ordinal);
        Assert.Equal(letter.Reason, Assert.Single(await Backends.Control.RowsAsync("main", "FAILED")).LastError);
    }

    [Fact]
    public async Task The_client_takes_every_array_that_the_split_makes()
    {
        await using var client = NewPublisher();
        await Backends.Control.AddRowsAsync("main", [.. Enumerable.Range(0, 200).Select(n => Row($"{n}:{new string('x', n)}"))]);
        await VisitAsync(Publish);

        var outcomes = await Task.WhenAll(published.Select(d => client.PublishAsync(d, possibleDuplicate: true)));

        Assert.InRange(published.Count, 3, 20);
        Assert.All(outcomes, o => Assert.IsType<PublishFailure.Transient>(o.Match(Left: f => f, Right: _ => null!)));
    }

    async Task<VisitReport> VisitAsync(Publish publish)
    {
        var only = new FlowLease(
            FlowShard.Whole(LogFlow.Main.Route.Category),
            new LeasePort(() => Done(Option<string>.None), (_, _, _) => Done(true), (_, _) => Done(true), _ => Done(Unit.Default)),
            LeaseTimes.For(TimeSpan.FromSeconds(5)), ProcessIdentity.OfThisProcess(), TimeProvider.System, lines);
        var tools = new FlowDependencies(
            TimeProvider.System, () => 0, NullLoggerFactory.Instance, (delivery, possibleDuplicate, _) => publish(delivery, possibleDuplicate),
            (_, _, _, _) => Done<IReadOnlyDictionary<EventId, RecordPosition>>(new Dictionary<EventId, RecordPosition>()),
            _ => FlowLeases.Whole(only),
            _ => new LedgerPort(
                () => Done<IReadOnlyDictionary<EventId, LedgerEntry>>(new Dictionary<EventId, LedgerEntry>()), _ => Done(Unit.Default)),
            new LetterPort(
                letter =>
                {
                    letters.Enqueue(letter);
                    return Done(Unit.Default);
                },
                _ => Done<IReadOnlySet<DeadLetterKey>>(new System.Collections.Generic.HashSet<DeadLetterKey>()),
                _ => Done(Unit.Default), _ => Done(Unit.Default)),
            TimeSpan.FromSeconds(5), RecordBytes);
        var poller = new LogsPoller(
            new LogOutboxClient(Main, "HOBOM_LOG"), tools.NewClaims("logs", LogFlow.Main.Route, Main),
            tools.NewRunner("logs", LogFlow.Main.Route, MessageOutboxMarks.Of(Main)), LogFlow.Main,
            new LogSplitLimits(RecordBytes, tools.TopicByteLimit), TimeProvider.System, new ForeignValueWarnings("HOBOM_LOG", lines));
        return (await only.RunAsync(() => poller.VisitAsync(CancellationToken.None))).Match(report => report, _ => null!);
    }

    Task<Either<PublishFailure, RecordPosition>> Publish(Delivery delivery, bool possibleDuplicate)
    {
        published.Enqueue(delivery);
        return Task.FromResult<Either<PublishFailure, RecordPosition>>(new RecordPosition(0, 0));
    }

    /// <summary>No broker there: what the client takes times out, what is too large it refuses at once.</summary>
    static KafkaPublisher NewPublisher() => new(
        KafkaSettings.For("127.0.0.1:1") with { MessageMaxBytes = RecordBytes, DeliveryTimeout = TimeSpan.FromSeconds(1) },
        NullLogger<KafkaPublisher>.Instance, TimeProvider.System);

    static object Row(string id, string method = "GET", string message = "요청") => new
    {
        eventType = "HOBOM_LOG", eventId = id, payload = new { serviceType = "HOBOM_SPACE", level = "INFO", method, message },
    };

    static Task<Either<StoreFailure, T>> Done<T>(T value) => Task.FromResult(Prelude.Right<StoreFailure, T>(value));

    sealed class LogLines : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{logLevel} {formatter(state, exception)}");
    }
}
