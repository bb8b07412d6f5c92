using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Outbox.Batch;
using Hobom.Slices.Runtime.Polling;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
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
        Func<EventId, string> recordKey, PayloadRules payloads, AskPending? ask = null)
        : this(name, route, backend, loop, FlowOperations.Of(runner, ask), recordKey, payloads) =>
        runner.HeedPause(() => loop.IsPaused);

    /// <summary>Adds what the slice's own routes ask for, beside what all routes have.</summary>
    public Action<IServiceCollection> AddTo { get; init; } = _ => { };

    /// <summary>Whether the backend has the batch contract; null where nobody is to ask for it, and for what has no outbox.</summary>
    public Func<CancellationToken, Task<Either<CallFailure, bool>?>> AskBatch { get; init; } =
        _ => Task.FromResult<Either<CallFailure, bool>?>(null);

    /// <summary>The words that its letters have for what failed (<see cref="DeadLetter.Kind"/>); none where it has no such words.</summary>
    public IReadOnlyList<string> LetterKinds { get; init; } = [];

    /// <summary>Asked before a visit and before a replay: one process at a time has the flow, or a shard of it.</summary>
    public FlowLeases Leases => Loop.Leases;
}

/// <summary>The ids of all rows that an outbox gives as PENDING, asked anew.</summary>
public delegate Task<Either<CallFailure, IReadOnlySet<EventId>>> AskPending(CancellationToken stopping);

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

    /// <summary>How long publishes took; null for a flow that does not end in Kafka.</summary>
    public PublishTimes? PublishTimes { get; init; }

    /// <summary>When this process last closed an event of the flow; null before the first, and where nobody counts.</summary>
    public Func<DateTimeOffset?> LastSettledAt { get; init; } = () => null;

    /// <summary>Who of this process has an event in hand; null where nobody has.</summary>
    public Func<EventId, InFlightMark?> HolderOf { get; init; } = _ => null;

    /// <summary>Asks the outbox which rows are PENDING now; null for what has no outbox.</summary>
    public AskPending? AskPending { get; init; }

    /// <summary>How far an event is in steps of the flow's own, and where more is told; null for a flow that has none.</summary>
    public Func<EventId, CancellationToken, Task<string?>>? StepOf { get; init; }

    /// <summary>Whether a later event of the letter's record key was delivered.</summary>
    public Func<DeadLetterKey, string, Task<NewerEvent>> NewerOf { get; init; } =
        (_, _) => Task.FromResult<NewerEvent>(new NewerEvent.NotKept());

    /// <summary>Whether the outbox last said that there are rows to publish.</summary>
    public Func<bool> HasPending { get; init; } = () => false;

    /// <summary>What became of an event that a replay gave back to its flow; null for a flow whose replays see their ends.</summary>
    public Func<DeadLetterKey, Task<ReplayOutcome>>? Follow { get; init; }

    /// <summary>
    /// Asked before a letter is put aside, where what it shows is kept elsewhere: it ends there first. Left: why not.
    /// </summary>
    public Func<DeadLetterKey, Task<Either<string, Unit>>> PutAside { get; init; } =
        _ => Task.FromResult(Either<string, Unit>.Right(Unit.Default));

    /// <summary>The same before one that was put aside is restored.</summary>
    public Func<DeadLetterKey, Task<Either<string, Unit>>> Restore { get; init; } =
        _ => Task.FromResult(Either<string, Unit>.Right(Unit.Default));

    public static FlowOperations Of(DeliveryRunner runner, AskPending? ask = null) =>
        new(runner.Replay.RunAsync, () => runner.BrokerAway, () => Task.CompletedTask, runner.Pending.Has)
        {
            Circuit = () => runner.Circuit,
            NewerOf = (_, _) => Task.FromResult<NewerEvent>(new NewerEvent.OwnKey()),
            PublishTimes = runner.Meter.PublishTimes,
            LastSettledAt = () => runner.LastSettledAt,
            HasPending = () => runner.Pending.Any,
            HolderOf = runner.Holds.HolderOf,
            AskPending = ask,
        };
}

/// <summary>What a slice is given to wire itself from.</summary>
/// <param name="Leases">The leases of a flow, the same for each who asks: one, or one for each shard.</param>
/// <param name="Ledgers">The lasting ledger of a flow or a shard, written under its lease.</param>
/// <param name="RecordByteLimit">The largest record that the Kafka client takes, key and headers included.</param>
public sealed record FlowDependencies(
    TimeProvider Clock,
    Func<double> Chance,
    ILoggerFactory Logs,
    PublishIf Publish,
    FindWritten FindWritten,
    Func<RelayRoute, FlowLeases> Leases,
    Func<FlowLease, LedgerPort> Ledgers,
    LetterPort Letters,
    TimeSpan PollInterval,
    int RecordByteLimit)
{
    /// <summary>The largest record that a topic takes, where Kafka tells it; asked now and then.</summary>
    public Func<string, Task<int?>> TopicByteLimit { get; init; } = _ => Task.FromResult<int?>(null);

    public TopicCircuits Circuits { get; init; } = new(Clock, Logs.CreateLogger<TopicCircuit>());

    /// <summary>By the flow's name.</summary>
    public Func<string, FlowMeter> Meters { get; init; } = name => new FlowMeter(name);

    /// <summary>Whether the backends' batch contract is used.</summary>
    public OutboxBatchMode OutboxBatch { get; init; }

    /// <summary>Of this run of the program, as a backend has it beside the rows that are claimed.</summary>
    public string Owner { get; init; } = "";

    /// <summary>A flow's rows by pages, where its backend has them so.</summary>
    public PageClaims NewClaims(string name, RelayRoute route, GrpcBackend backend) => new(
        name, OutboxBatch, OutboxBatchCalls.Of(backend, route.EventType, Leases(route).Times.Life, Owner), Clock,
        Logs.CreateLogger($"Hobom.Slices.Poller.{name}"));

    /// <param name="name">Of the flow, as its metrics tell it.</param>
    /// <param name="policies">The contract's where null.</param>
    public DeliveryRunner NewRunner(string name, RelayRoute route, MarkPort marks, FlowPolicies? policies = null)
    {
        var leases = Leases(route);
        var runner = new DeliveryRunner(new DeliveryParts(
            route,
            new DeliveryPorts(Publish.Under(leases, marks.Page), FindWritten, marks.Under(leases), Letters.Under(leases)),
            new DeliveryLedger([.. leases.All.Select(Ledgers)], Clock),
            policies ?? FlowPolicies.Contract,
            DeliveryLimits.Default,
            Clock,
            Chance,
            Logs.CreateLogger($"Hobom.Slices.{route.EventType}"))
        {
            Circuit = Circuits.Of(route.Topic),
            Meter = Meters(name),
            Shards = leases.Count,
            VisitShards = () => leases.Visit,
        });
        leases.BeforeTaking(runner.ForgetAsync);
        return runner;
    }

    public PollingLoop NewLoop(string name, RelayRoute route, Func<CancellationToken, Task<VisitReport>> visit) => new(
        name, visit, PollCadence.Resting(PollInterval), Leases(route), Clock, Chance,
        Logs.CreateLogger($"Hobom.Slices.Poller.{name}"));
}
