using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>A topic's circuit as an operator sees it.</summary>
/// <param name="OpenSince">Null where it is closed.</param>
/// <param name="Last">The last failure that was not one record's own, since the circuit was last opened or the last quiet.</param>
/// <param name="Letters">That the outage has made.</param>
public sealed record TopicCircuitState(string Topic, DateTimeOffset? OpenSince, PublishFailure? Last, int Letters);

/// <summary>What follows for a record that failed.</summary>
/// <param name="Outage">What the letters are to tell as the cause; null where the cause is its own.</param>
public readonly record struct AfterFailure(bool MayBeLetters, Outage? Outage);

/// <summary>
/// The <see cref="Circuit"/> of one topic, shared by all flows that write to it; says so when it opens and when it closes.
/// Safe from any thread.
/// </summary>
public sealed class TopicCircuit(string topic, TimeProvider clock, ILogger log)
{
    readonly Lock gate = new();
    readonly long origin = clock.GetTimestamp();
    Circuit circuit;
    Outage? outage;
    TopicCircuitState state = new(topic, null, null, 0);

    /// <summary>All stays PENDING; one at a time asks.</summary>
    public bool IsOpen
    {
        get
        {
            lock (gate) return circuit.IsOpen;
        }
    }

    public TopicCircuitState State
    {
        get
        {
            lock (gate) return state;
        }
    }

    public void NoteDelivered()
    {
        DateTimeOffset? since;
        lock (gate)
        {
            if (circuit == Circuit.Closed && state.Last is null) return;
            circuit = circuit.AfterDelivered(clock.GetElapsedTime(origin));
            if (circuit.Letters == 0) outage = null;
            since = state.OpenSince;
            state = state with { OpenSince = null, Last = outage is null ? null : state.Last, Letters = circuit.Letters };
        }

        if (since is { } opened)
            log.LogInformation(LogEvents.Named("topic.well"),
                "topic {Topic} takes records again after {Seconds:F0} s", topic, (clock.GetUtcNow() - opened).TotalSeconds);
    }

    /// <param name="events">That the record carries.</param>
    /// <param name="gaveUp">They are to become letters, if they may.</param>
    public AfterFailure NoteFailed(PublishFailure failure, int events, bool gaveUp)
    {
        bool opens, mayBeLetters;
        Outage? cause = null;
        lock (gate)
        {
            var wasOpen = circuit.IsOpen;
            (circuit, mayBeLetters) = circuit.AfterFailed(failure.Scope, events, gaveUp, clock.GetElapsedTime(origin));
            opens = circuit.IsOpen && !wasOpen;
            if (failure.Scope.IsOutage()) cause = outage ??= Outage.Of(topic, failure);
            if (failure.Scope.SaysOfOthers())
                state = state with { OpenSince = opens ? clock.GetUtcNow() : state.OpenSince, Last = failure, Letters = circuit.Letters };
        }

        if (opens)
            log.LogWarning(
                LogEvents.Named("topic.trouble"),
                "topic {Topic} takes no records ({Scope}: {Code}: {Reason}); rows stay PENDING, and each visit sends one event ahead to "
                + "ask",
                topic, failure.Scope, failure.Code, failure.Message);
        return new AfterFailure(mayBeLetters, cause);
    }
}

/// <summary>One circuit for each topic, for as long as the process lives.</summary>
public sealed class TopicCircuits(TimeProvider clock, ILogger<TopicCircuit> log)
{
    readonly System.Collections.Concurrent.ConcurrentDictionary<string, TopicCircuit> circuits = new(StringComparer.Ordinal);

    public TopicCircuit Of(string topic) => circuits.GetOrAdd(topic, name => new TopicCircuit(name, clock, log));

    /// <summary>Of the topics that are written to, by name.</summary>
    public IReadOnlyList<TopicCircuitState> States() =>
        [.. circuits.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Value.State)];
}
