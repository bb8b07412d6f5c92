using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>Letters that wait since a time ago, those put aside left out.</summary>
/// <param name="FromHours">Since the last failure, at least.</param>
/// <param name="ToHours">Less than this; null for no limit.</param>
public sealed record LetterAge(int FromHours, int? ToHours, int Count)
{
    static readonly int[] Bounds = [0, 1, 6, 12, 24, 36, 48, 60, 72];

    public static IReadOnlyList<LetterAge> Of(IEnumerable<CatalogueLetter> letters, DateTimeOffset now)
    {
        var counts = letters.Where(l => l.Summary.State is not LetterState.Discarded)
            .CountBy(l => PlaceOf(now - l.Summary.LastFailedAt)).ToDictionary();
        int? End(int n) => n + 1 < Bounds.Length ? Bounds[n + 1] : null;
        return [.. Bounds.Select((from, n) => new LetterAge(from, End(n), counts.GetValueOrDefault(n)))];
    }

    /// <summary>Clocks differ: one that failed in a moment to come failed now.</summary>
    static int PlaceOf(TimeSpan age) => Math.Max(0, Array.FindLastIndex(Bounds, hours => age.TotalHours >= hours));
}
