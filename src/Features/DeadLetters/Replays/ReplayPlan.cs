using Hobom.Slices.DeadLetters.Catalogue;

namespace Hobom.Slices.DeadLetters.Replays;

public sealed record PlannedCategory(string Category, int Count);

public sealed record PlannedCause(string Group, string Category, string Stage, string Cause, int Count);

/// <summary>What the job's patch would do, tried on each letter; nothing was written.</summary>
/// <param name="Refused">By reason: these would be skipped.</param>
public sealed record PlannedPatch(int Fits, IReadOnlyList<ReasonCount> Refused);

/// <summary>
/// Of letters that share their record key with other events: of how many a newer event was delivered, so that a replay puts the old
/// value over it; and of how many nobody knows.
/// </summary>
public sealed record PlannedNewer(int Delivered, int NotKnown);

/// <summary>What a job will act on: exactly these letters, as they are now.</summary>
/// <param name="Causes">The most frequent ones.</param>
/// <param name="Oldest">The first of the letters' last failures; <paramref name="Newest"/> the last.</param>
/// <param name="Sample">Keys from all over the list.</param>
/// <param name="Unknown">Keys that were asked for and name no letter.</param>
public sealed record ReplayPlan(
    int Count,
    IReadOnlyList<PlannedCategory> Categories,
    IReadOnlyList<PlannedCause> Causes,
    DateTimeOffset? Oldest,
    DateTimeOffset? Newest,
    IReadOnlyList<string> Sample,
    int Unknown = 0,
    PlannedPatch? Patch = null)
{
    /// <summary>Null where every letter has a key of its own.</summary>
    public PlannedNewer? Newer { get; init; }

    public const int CauseLimit = 50;
    public const int SampleSize = 10;

    /// <param name="letters">The oldest failure first.</param>
    public static ReplayPlan Of(IReadOnlyList<CatalogueLetter> letters, int unknown) => new(
        letters.Count,
        [.. letters.GroupBy(l => l.Key.Category).Select(g => new PlannedCategory(g.Key.Name, g.Count())).OrderByDescending(c => c.Count)],
        [
            .. letters.GroupBy(l => l.Cause.GroupId, (id, of) => (Id: id, Letters: of.ToList()))
                .OrderByDescending(g => g.Letters.Count).ThenBy(g => g.Id, StringComparer.Ordinal).Take(CauseLimit)
                .Select(g => CauseOf(g.Letters)),
        ],
        letters.Count == 0 ? null : letters[0].Summary.LastFailedAt,
        letters.Count == 0 ? null : letters[^1].Summary.LastFailedAt,
        [
            .. Enumerable.Range(0, Math.Min(SampleSize, letters.Count))
            .Select(i => letters[(int)((long)i * letters.Count / Math.Min(SampleSize, letters.Count))].Name),
        ],
        unknown);

    static PlannedCause CauseOf(List<CatalogueLetter> letters)
    {
        var cause = letters[0].Cause;
        return new PlannedCause(cause.GroupId, cause.Category.Name, cause.Stage, cause.Text, letters.Count);
    }
}

/// <summary>Counts reasons, the most frequent first; what comes after many different ones is counted together.</summary>
public static class Reasons
{
    public const int Limit = 30;
    public const int SampleSize = 5;

    const string Others = "other reasons";

    public static IReadOnlyList<ReasonCount> Add(IReadOnlyList<ReasonCount> known, IEnumerable<(string Reason, string Key)> more)
    {
        var counts = known.ToList();
        foreach (var (reason, key) in more)
        {
            var name = CauseFingerprint.Of(reason);
            var at = counts.FindIndex(c => c.Reason == name);
            if (at < 0 && counts.Count >= Limit)
            {
                name = Others;
                at = counts.FindIndex(c => c.Reason == name);
            }

            if (at < 0) counts.Add(new ReasonCount(name, 1, [key]));
            else
                counts[at] = counts[at] with
                {
                    Count = counts[at].Count + 1,
                    Sample = counts[at].Sample.Count < SampleSize ? [.. counts[at].Sample, key] : counts[at].Sample,
                };
        }

        return [.. counts.OrderByDescending(c => c.Count)];
    }
}
