using Hobom.Slices.Core;

namespace Hobom.Slices.Law;

/// <summary>One <see cref="OutageBreaker"/> for each step, because each has a neighbour of its own.</summary>
sealed class LawOutages
{
    readonly Lock gate = new();
    readonly Dictionary<string, OutageBreaker> breakers = new(StringComparer.Ordinal);

    /// <summary>A neighbour is taken to be away: a visit sends one event ahead to ask.</summary>
    public bool IsAnyAway
    {
        get
        {
            lock (gate) return breakers.Values.Any(b => b.IsOpen);
        }
    }

    public void NoteAnswered(string stage)
    {
        lock (gate) breakers.Remove(stage);
    }

    /// <summary>False where the outage has made its share of letters: the event stays PENDING.</summary>
    public bool MayDeadLetter(StepEnd.GaveUp end)
    {
        lock (gate)
        {
            if (end.NeighbourAway is not { } away) return true;
            var before = breakers.GetValueOrDefault(end.Stage);
            var after = before.AfterGivenUp(
                new PublishFailure.Transient(end.Last.Code, end.Last.Message, BrokerUnreachable: away));
            breakers[end.Stage] = after;
            return !(before.IsOpen && after.IsOpen);
        }
    }
}
