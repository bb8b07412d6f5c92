using Hobom.Slices.Core;

namespace Hobom.Slices.Law;

/// <summary>One <see cref="Circuit"/> for each step, because each has a neighbour of its own.</summary>
sealed class LawOutages
{
    readonly Lock gate = new();
    readonly Dictionary<string, Circuit> circuits = new(StringComparer.Ordinal);

    /// <summary>A neighbour is taken to be away: a visit sends one event ahead to ask.</summary>
    public bool IsAnyAway
    {
        get
        {
            lock (gate) return circuits.Values.Any(c => c.IsOpen);
        }
    }

    public void NoteAnswered(string stage)
    {
        lock (gate) circuits.Remove(stage);
    }

    /// <summary>False where the outage has made its share of letters: the event stays PENDING.</summary>
    public bool MayDeadLetter(StepEnd.GaveUp end)
    {
        lock (gate)
        {
            if (end.NeighbourAway is not { } away) return true;
            // An answer, even a refusal, shows that the neighbour is there.
            if (!away)
            {
                circuits.Remove(end.Stage);
                return true;
            }

            (circuits[end.Stage], var mayBeLetter) =
                circuits.GetValueOrDefault(end.Stage).AfterFailed(FaultScope.Cluster, events: 1, gaveUp: true, TimeSpan.Zero);
            return mayBeLetter;
        }
    }
}
