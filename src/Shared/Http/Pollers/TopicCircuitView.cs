using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Http.Pollers;

/// <summary>A topic's circuit as the API shows it.</summary>
/// <param name="State">closed; open: the topic takes no records, all stays PENDING, and each visit sends one event ahead to ask.</param>
/// <param name="Concerns">topic, account, cluster, process or unclear: whom the last failure befalls.</param>
/// <param name="Code">Of the last failure that was not one record's own, as Kafka's client names it.</param>
/// <param name="Letters">That the outage has made: five at most.</param>
public sealed record TopicCircuitView(
    string Topic, string State, DateTimeOffset? OpenSince, string? Concerns, string? Code, string? Reason, int Letters)
{
    public static TopicCircuitView? Of(TopicCircuitState? state) => state is null ? null : new TopicCircuitView(
        state.Topic, state.OpenSince is null ? "closed" : "open", state.OpenSince, state.Last?.Scope.ToString().ToLowerInvariant(),
        state.Last?.Code, state.Last?.Message, state.Letters);
}
