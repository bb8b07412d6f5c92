using Hobom.Slices.Core;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>Letters of one category that came to a mark of their life since the last look.</summary>
/// <param name="Percent">50, 80 or 95 of the 72 hours are over.</param>
public sealed record ExpiryWarning(Category Category, int Percent, int Letters, DateTimeOffset FirstExpiry);

/// <summary>Tells of each letter three times that its end draws near; and again where it was given more time in between.</summary>
public sealed class ExpiryWarnings
{
    static readonly int[] Marks = [95, 80, 50];

    Dictionary<DeadLetterKey, int> reached = [];

    /// <summary>The mark that a letter has passed; 0 for none.</summary>
    public static int MarkOf(TimeSpan? left) =>
        left is { } l ? Marks.FirstOrDefault(mark => l <= DeadLetter.TimeToLive * (100 - mark) / 100) : 0;

    /// <summary>What is new since this was last asked.</summary>
    public IReadOnlyList<ExpiryWarning> Next(IEnumerable<CatalogueLetter> letters, DateTimeOffset now)
    {
        var current = new Dictionary<DeadLetterKey, int>();
        var fresh = new List<(Category Category, int Mark, DateTimeOffset At)>();
        foreach (var letter in letters)
        {
            if (MarkOf(letter.ExpiresAt - now) is not (> 0 and var mark)) continue;
            current[letter.Key] = mark;
            if (mark > reached.GetValueOrDefault(letter.Key)) fresh.Add((letter.Key.Category, mark, letter.ExpiresAt!.Value));
        }

        reached = current;
        return
        [
            .. fresh.GroupBy(f => (f.Category, f.Mark)).OrderByDescending(g => g.Key.Mark)
            .ThenBy(g => g.Key.Category.Name, StringComparer.Ordinal)
                .Select(g => new ExpiryWarning(g.Key.Category, g.Key.Mark, g.Count(), g.Min(f => f.At))),
        ];
    }
}
