using System.Security.Claims;
using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Http.Pollers;

/// <summary>A poller as the API shows it. Times are UTC; ages are in seconds.</summary>
/// <param name="State">stopped, waiting, visiting, paused or standing-by.</param>
/// <param name="HeldBy">Of one that stands by: the process that has the flow, and since when.</param>
/// <param name="BrokerAway">
/// Where the events go (Kafka; of law changes the LLM) is taken to be away: a visit sends one event ahead to ask whether it
/// is back.
/// </param>
/// <param name="Circuit">Of the topic; null for a flow that does not end in Kafka.</param>
/// <param name="LagSeconds">The age of the oldest row found by the last visit, where it left any; null where no row tells its age.</param>
public sealed record PollerView(
    string Name,
    string State,
    string EventType,
    string Backend,
    string Topic,
    string Category,
    string? HeldBy,
    DateTimeOffset? HeldSince,
    string? PausedBy,
    DateTimeOffset? PausedSince,
    DateTimeOffset? DownSince,
    string? LastProblem,
    DateTimeOffset? LastProblemAt,
    bool BrokerAway,
    TopicCircuitView? Circuit,
    double? LagSeconds,
    PollerVisitView? LastVisit,
    PollerTotalsView SinceStart)
{
    /// <summary>Of a flow whose events several processes share; absent where they are not divided.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PollerShardsView? Shards { get; init; }

    /// <summary>As a caller may see it: what backends wrote into an error is masked for readers.</summary>
    public static PollerView For(ClaimsPrincipal user, Slice slice, DateTimeOffset now)
    {
        var view = Of(slice, now);
        return Role.SeesAll(user)
            ? view
            : view with
            {
                LastProblem = Masked(view.LastProblem), Circuit = view.Circuit is { } c ? c with { Reason = Masked(c.Reason) } : null,
            };
    }

    public static PollerView Of(Slice slice, DateTimeOffset now)
    {
        var status = slice.Loop.Status;
        return new PollerView(
            slice.Name, status.State is PollerState.Standby ? "standing-by" : status.State.ToString().ToLowerInvariant(),
            slice.Route.EventType, slice.Backend, slice.Route.Topic,
            slice.Route.Category.Name, status.StandBy?.Holder, status.StandBy?.Since, status.Pause?.By, status.Pause?.Since,
            status.DownSince, status.LastProblem,
            status.LastProblemAt, slice.Work.NeighbourAway(), TopicCircuitView.Of(slice.Work.Circuit?.Invoke()), LagOf(status, now),
            PollerVisitView.Of(status),
            new PollerTotalsView(status.Visits, status.Delivered, status.DeadLettered))
        {
            Shards = PollerShardsView.Of(slice.Leases),
        };
    }

    static string? Masked(string? text) => text is null ? null : TextMask.MaskText(text);

    static double? LagOf(PollerStatus status, DateTimeOffset now) => status.LastVisit switch
    {
        null => null,
        { LeftPending: 0, Problem: null } => 0,
        { OldestPending: { } oldest } => Math.Max(0, Math.Round((now - oldest).TotalSeconds, 1)),
        _ => null,
    };
}

/// <summary>Found = delivered + markedLate + deadLettered + leftPending.</summary>
public sealed record PollerVisitView(
    DateTimeOffset At, int Found, int Delivered, int MarkedLate, int DeadLettered, int LeftPending)
{
    public static PollerVisitView? Of(PollerStatus status) =>
        status is { LastVisit: { } visit, LastVisitAt: { } at }
            ? new PollerVisitView(at, visit.Found, visit.Delivered, visit.MarkedLate, visit.DeadLettered, visit.LeftPending)
            : null;
}

public sealed record PollerTotalsView(long Visits, long Delivered, long DeadLettered);

/// <param name="Count">Into so many the events are divided.</param>
/// <param name="Held">Those that this process has, by their numbers from 0.</param>
public sealed record PollerShardsView(int Count, IReadOnlyList<int> Held)
{
    public static PollerShardsView? Of(FlowLeases leases) =>
        leases.Count == ShardCount.One ? null : new PollerShardsView(leases.Count.Value, leases.Held);
}
