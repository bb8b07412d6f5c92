using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime;

/// <summary>One flow as the host and the operators' API see it.</summary>
/// <param name="Name">In routes and log lines: <c>messages</c>, <c>space-logs</c> …</param>
/// <param name="Backend">host:port of the outbox.</param>
/// <param name="RecordKey">The Kafka key of a letter that does not tell its own, by event id.</param>
/// <param name="Payloads">What may go out as an edited letter's payload.</param>
public sealed record Slice(
    string Name,
    RelayRoute Route,
    string Backend,
    PollingLoop Loop,
    FlowOperations Work,
    Func<EventId, string> RecordKey,
    PayloadRules Payloads)
{
    /// <summary>A flow that ends in Kafka.</summary>
    public Slice(
        string name, RelayRoute route, string backend, PollingLoop loop, DeliveryRunner runner,
        Func<EventId, string> recordKey, PayloadRules payloads)
        : this(name, route, backend, loop, FlowOperations.Of(runner), recordKey, payloads)
    {
    }

    /// <summary>Adds what the slice's own routes ask for, beside what all routes have.</summary>
    public Action<IServiceCollection> AddTo { get; init; } = _ => { };

    /// <summary>Asked before a visit and before a replay: one process at a time has the flow.</summary>
    public FlowLease Lease => Loop.Lease;
}

/// <summary>What a flow does beside its visits.</summary>
/// <param name="ReplayAsync">Runs one dead letter again, serialised with the visits; under the flow's lease.</param>
/// <param name="NeighbourAway">Where the events go is taken to be away: a visit only asks whether it is back.</param>
/// <param name="DrainAsync">
/// For the end of the process, after the last visit: completes when nothing that a visit or a replay began is under way.
/// </param>
/// <param name="SeenPending">Whether the outbox last said that the event's row is PENDING; null before it has answered.</param>
public sealed record FlowOperations(
    Func<ReplayOrder, Task<ReplayOutcome>> ReplayAsync,
    Func<bool> NeighbourAway,
    Func<Task> DrainAsync,
    Func<EventId, bool?> SeenPending)
{
    /// <summary>The circuit of the topic that the flow writes to; null for a flow that does not end in Kafka.</summary>
    public Func<TopicCircuitState>? Circuit { get; init; }

    /// <summary>When this process last closed an event of the flow; null before the first, and where nobody counts.</summary>
    public Func<DateTimeOffset?> LastSettledAt { get; init; } = () => null;

    /// <summary>Whether the outbox last said that there are rows to publish.</summary>
    public Func<bool> HasPending { get; init; } = () => false;

    public static FlowOperations Of(DeliveryRunner runner) =>
        new(new Replay(runner).RunAsync, () => runner.BrokerAway, () => Task.CompletedTask, runner.Pending.Has)
        {
            Circuit = () => runner.Parts.Circuit.State,
            LastSettledAt = () => runner.LastSettledAt,
            HasPending = () => runner.Pending.Any,
        };
}

/// <summary>What a slice is given to wire itself from.</summary>
/// <param name="Leases">The one lease of a category.</param>
/// <param name="Ledgers">The lasting ledger of a category, written under its lease.</param>
/// <param name="RecordByteLimit">The largest record that the Kafka client takes, key and headers included.</param>
public sealed record FlowDependencies(
    TimeProvider Clock,
    Func<double> Chance,
    ILoggerFactory Logs,
    PublishIf Publish,
    FindWritten FindWritten,
    Func<Category, FlowLease> Leases,
    Func<FlowLease, LedgerPort> Ledgers,
    LetterPort Letters,
    TimeSpan PollInterval,
    int RecordByteLimit)
{
    /// <summary>The largest record that a topic takes, where Kafka tells it; asked now and then.</summary>
    public Func<string, Task<int?>> TopicByteLimit { get; init; } = _ => Task.FromResult<int?>(null);

    public TopicCircuits Circuits { get; init; } = new(Clock, Logs.CreateLogger<TopicCircuit>());

    /// <param name="policies">The contract's where null.</param>
    public DeliveryRunner NewRunner(RelayRoute route, MarkPort marks, FlowPolicies? policies = null)
    {
        var lease = Leases(route.Category);
        var runner = new DeliveryRunner(new DeliveryParts(
            route,
            new DeliveryPorts(Publish.Under(lease), FindWritten, marks.Under(lease), Letters.Under(lease)),
            new DeliveryLedger(Ledgers(lease), Clock),
            policies ?? FlowPolicies.Contract,
            DeliveryLimits.Default,
            Clock,
            Chance,
            Logs.CreateLogger($"Hobom.Slices.{route.EventType}"))
        {
            Circuit = Circuits.Of(route.Topic),
        });
        lease.BeforeTaking(runner.ForgetAsync);
        return runner;
    }

    public PollingLoop NewLoop(string name, RelayRoute route, Func<CancellationToken, Task<VisitReport>> visit) => new(
        name, visit, PollCadence.Resting(PollInterval), Leases(route.Category), Clock, Chance,
        Logs.CreateLogger($"Hobom.Slices.Poller.{name}"));
}
