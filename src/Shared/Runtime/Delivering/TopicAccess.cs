using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Whether the flow's topic takes records, and which record asks when it does not.</summary>
sealed class TopicAccess(TopicCircuit circuit)
{
    readonly ProbeChoice probes = new();

    /// <summary>Takes none, as far as anybody knows.</summary>
    public bool IsAway => circuit.IsOpen;

    public TopicCircuitState State => circuit.State;

    public void NoteDelivered(EventId[] ids)
    {
        circuit.NoteDelivered();
        probes.NoteDelivered(ids);
    }

    /// <param name="ids">Of the events that the record carries.</param>
    /// <param name="gaveUp">They are to become letters, if they may.</param>
    public AfterFailure NoteFailed(PublishFailure failure, EventId[] ids, bool gaveUp)
    {
        var after = circuit.NoteFailed(failure, ids.Length, gaveUp);
        if (failure.Scope.SaysOfOthers()) probes.NoteFailed(ids);
        return after;
    }

    /// <inheritdoc cref="ProbeChoice.Among"/>
    public Delivery ProbeAmong(IReadOnlyCollection<Delivery> candidates, Func<Delivery, bool> inDoubt) => probes.Among(candidates, inDoubt);
}
