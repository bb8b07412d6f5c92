using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>The neighbours of a delivery, one small record of functions each.</summary>
public sealed record DeliveryPorts(Publish Publish, FindWritten FindWritten, MarkPort Marks, LetterPort Letters);

/// <summary>All that one flow's runner is made of.</summary>
/// <param name="Chance">From 0 to 1, for jitter.</param>
public sealed record DeliveryParts(
    RelayRoute Route,
    DeliveryPorts Ports,
    DeliveryLedger Ledger,
    FlowPolicies Policies,
    DeliveryLimits Limits,
    TimeProvider Clock,
    Func<double> Chance,
    ILogger Log)
{
    public FlowMeter Meter { get; init; } = new(Route.EventType);

    /// <summary>Into how many shards the events are divided, as the ledger's are.</summary>
    public ShardCount Shards { get; init; } = ShardCount.One;

    /// <summary>Which of them a visit that begins now is for.</summary>
    public Func<VisitShards> VisitShards { get; init; } = () => Leases.VisitShards.Whole;

    /// <summary>Shared with other flows that write to the same topic; by itself a flow has one of its own.</summary>
    public TopicCircuit Circuit { get; init; } = new(Route.Topic, Clock, Log);
}

/// <summary>What bounds a flow's work under way.</summary>
/// <param name="EventsInFlight">Published or being marked at a time; also what a crash can leave in doubt.</param>
/// <param name="BytesInFlight">Of their records' values.</param>
/// <param name="Parked">Deliveries that wait to be tried again.</param>
/// <param name="MarksAtOnce">Calls to the backend under way.</param>
/// <param name="MarkFailuresInARow">So many say that the backend is away: the rest of the visit does not call it.</param>
public sealed record DeliveryLimits(
    int EventsInFlight, long BytesInFlight, int Parked, int MarksAtOnce, int MarkFailuresInARow)
{
    public static DeliveryLimits Default { get; } = new(2048, 64 << 20, 2048, 32, 32);

    /// <summary>Of calls that mark many rows: few are under way, and few failures say that the backend is away.</summary>
    public DeliveryLimits OfPages => this with
    {
        MarksAtOnce = Math.Min(MarksAtOnce, 8),
        MarkFailuresInARow = Math.Min(MarkFailuresInARow, 6),
    };

    /// <summary>
    /// So many rows are noted in Redis and handed to Kafka together: as many as fill a batch of Kafka's, and a small part of
    /// what may be under way.
    /// </summary>
    public int ChunkRows => Math.Clamp(EventsInFlight / 8, 1, 256);

    /// <summary>Of their records' values; what is larger goes alone.</summary>
    public long ChunkBytes => BytesInFlight / 8;
}
