namespace Hobom.Slices.Broker;

/// <summary>Which handlings of one consumer may be given out next.</summary>
public static class ClaimOrder
{
    /// <param name="handlings">All of the consumer's that are not done or skipped; others do no harm.</param>
    /// <param name="expired">Those whose lease ran out, instead of those that fall due.</param>
    public static IReadOnlyList<Handling> Pick(
        IEnumerable<Handling> handlings, bool orderedByKey, bool expired, DateTimeOffset now, int limit)
    {
        var picked = new List<Handling>();
        var closedKeys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var handling in handlings.OrderBy(h => h.Position))
        {
            if (picked.Count == limit) break;
            if (handling.State.LetsFollowersGo) continue;
            var isHead = !orderedByKey || handling.Key is null || closedKeys.Add(handling.Key);
            if (isHead && (expired ? IsExpired(handling, now) : IsDue(handling, now))) picked.Add(handling);
        }

        return picked;
    }

    public static bool IsDue(Handling handling, DateTimeOffset now) => handling.State switch
    {
        HandlingState.Waiting waiting => waiting.NotBefore <= now,
        HandlingState.Failed failed => failed.NextTryAt <= now,
        HandlingState.Leased or HandlingState.Done or HandlingState.Dead or HandlingState.Skipped => false,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static bool IsExpired(Handling handling, DateTimeOffset now) =>
        handling.State is HandlingState.Leased leased && leased.Until <= now;

    /// <summary>When something of it falls due; null where nothing does by itself.</summary>
    public static DateTimeOffset? DueAt(Handling handling) => handling.State switch
    {
        HandlingState.Waiting waiting => waiting.NotBefore,
        HandlingState.Failed failed => failed.NextTryAt,
        HandlingState.Leased leased => leased.Until,
        HandlingState.Done or HandlingState.Dead or HandlingState.Skipped => null,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
