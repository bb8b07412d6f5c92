using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Polling;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime;

/// <summary>One flow as the host and the operators' API see it.</summary>
/// <param name="Name">In routes and log lines: <c>messages</c>, <c>space-logs</c> …</param>
/// <param name="Backend">host:port of the outbox.</param>
/// <param name="RecordKey">The Kafka key of a letter that does not tell its own, by event id.</param>
public sealed record Slice(
    string Name,
    RelayRoute Route,
    string Backend,
    PollingLoop Loop,
    DeliveryRunner Runner,
    Func<EventId, string> RecordKey);

/// <summary>What a slice is given to wire itself from.</summary>
/// <param name="Ledgers">The lasting ledger of a category.</param>
/// <param name="RecordByteLimit">The largest record that the Kafka client takes, key and headers included.</param>
public sealed record SliceTools(
    TimeProvider Clock,
    Func<double> Chance,
    ILoggerFactory Logs,
    Publish Publish,
    FindWritten FindWritten,
    Func<Category, LedgerPort> Ledgers,
    LetterPort Letters,
    TimeSpan PollInterval,
    int RecordByteLimit)
{
    public DeliveryRunner NewRunner(RelayRoute route, MarkPort marks) => new(new DeliveryParts(
        route,
        new DeliveryPorts(Publish, FindWritten, marks, Letters),
        new DeliveryLedger(Ledgers(route.Category), Clock),
        RetryPolicy.Contract,
        DeliveryLimits.Default,
        Clock,
        Chance,
        Logs.CreateLogger($"Hobom.Slices.{route.EventType}")));

    public PollingLoop NewLoop(string name, Func<CancellationToken, Task<VisitReport>> visit) =>
        new(name, visit, PollCadence.Resting(PollInterval), Clock, Chance, Logs.CreateLogger($"Hobom.Slices.Poller.{name}"));
}
