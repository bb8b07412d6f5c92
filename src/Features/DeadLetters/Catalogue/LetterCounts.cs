using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>Letters of one category, those put aside left out but in <paramref name="Discarded"/>.</summary>
/// <param name="Urgent">Expire within <see cref="LetterCounts.UrgentWithin"/>.</param>
/// <param name="Unsettled">Replayed right now, or with an outcome that nobody saw.</param>
/// <param name="Oldest">The first of the last failures; null where there is no letter.</param>
/// <param name="NextExpiry">Null where none expires.</param>
public sealed record CategoryCounts(
    Category Category, int Count, int Urgent, int Held, int Unsettled, int Discarded, DateTimeOffset? Oldest, DateTimeOffset? NextExpiry);

/// <summary>Letters whose last attempt ended with one error code, those put aside left out.</summary>
public sealed record CodeCount(string Code, int Count);

/// <summary>Letters in which the same failed, those put aside left out.</summary>
public sealed record KindCount(string Kind, int Count);

/// <summary>What all letters together look like.</summary>
/// <param name="Codes">The most frequent ones, the most frequent first.</param>
/// <param name="Kinds">In the same order; letters of flows that have no such words are in none.</param>
public sealed record LetterCounts(IReadOnlyList<CategoryCounts> Categories, IReadOnlyList<CodeCount> Codes, IReadOnlyList<KindCount> Kinds)
{
    public const int CodeLimit = 50;

    public static readonly TimeSpan UrgentWithin = TimeSpan.FromHours(6);

    /// <param name="letters">The oldest failure first.</param>
    public static LetterCounts Of(IReadOnlyList<CatalogueLetter> letters, DateTimeOffset now)
    {
        var counts = new Dictionary<Category, CategoryCounts>();
        foreach (var letter in letters)
        {
            var category = letter.Key.Category;
            var so = counts.GetValueOrDefault(category) ?? new CategoryCounts(category, 0, 0, 0, 0, 0, null, null);
            counts[category] = letter.Summary.State is LetterState.Discarded
                ? so with { Discarded = so.Discarded + 1 }
                : so with
                {
                    Count = so.Count + 1,
                    Urgent = so.Urgent + (letter.ExpiresAt - now <= UrgentWithin ? 1 : 0),
                    Held = so.Held + (letter.ExpiresAt is null ? 1 : 0),
                    Unsettled = so.Unsettled + (letter.Summary.StateAt(now) is LetterState.Claimed or LetterState.Unknown ? 1 : 0),
                    Oldest = so.Oldest ?? letter.Summary.LastFailedAt,
                    NextExpiry = so.NextExpiry < letter.ExpiresAt ? so.NextExpiry : letter.ExpiresAt ?? so.NextExpiry,
                };
        }

        return new LetterCounts(
            [.. counts.Values.OrderBy(c => c.Category.Name, StringComparer.Ordinal)],
            [.. Frequent(letters, s => s.Code).Select(c => new CodeCount(c.Key, c.Value))],
            [.. Frequent(letters, s => s.Kind).Select(c => new KindCount(c.Key, c.Value))]);
    }

    static IEnumerable<KeyValuePair<string, int>> Frequent(IReadOnlyList<CatalogueLetter> letters, Func<LetterSummary, string?> wordOf) =>
        letters.Where(l => l.Summary.State is not LetterState.Discarded).Select(l => wordOf(l.Summary)).OfType<string>().CountBy(w => w)
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(CodeLimit);
}
