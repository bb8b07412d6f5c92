using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Catalogue;

public sealed class LetterCountsTests
{
    [Property]
    public bool Each_letter_is_counted_once_under_its_category(byte[] letters)
    {
        var all = letters.Select((b, n) => Letter($"e{n}", b % 3 == 0 ? "menu" : "log", (LetterState)(b % 5), b % 2 == 0 ? null : b)).ToArray();
        var counts = LetterCounts.Of(all, Noon).Categories;
        return counts.Sum(c => c.Count + c.Discarded) == all.Length
            && counts.Sum(c => c.Held) == all.Count(l => l.ExpiresAt is null && l.Summary.State is not LetterState.Discarded)
            && counts.Select(c => c.Category).Distinct().Count() == counts.Count;
    }

    [Fact]
    public void What_goes_within_six_hours_is_urgent_and_what_is_held_is_not()
    {
        var menu = Assert.Single(LetterCounts.Of(
            [
                Letter("a", "menu", LetterState.Open, 6), Letter("b", "menu", LetterState.Open, 7), Letter("c", "menu", LetterState.Open, null),
                Letter("d", "menu", LetterState.Discarded, 1), Letter("e", "menu", LetterState.Unknown, 9),
            ],
            Noon).Categories);
        Assert.Equal((4, 1, 1, 1, 1), (menu.Count, menu.Urgent, menu.Held, menu.Unsettled, menu.Discarded));
        Assert.Equal(Noon.AddHours(6), menu.NextExpiry);
    }

    [Fact]
    public void The_most_frequent_codes_and_kinds_come_first_and_those_of_letters_put_aside_do_not_count()
    {
        CatalogueLetter Of(string id, string? code, LetterState state = LetterState.Open)
        {
            var letter = Letter(id, "menu", state, 9);
            return letter with { Summary = letter.Summary with { Code = code, Kind = code?.ToLowerInvariant() } };
        }

        var counts = LetterCounts.Of(
            [Of("a", "X"), Of("b", "Y"), Of("c", "Y"), Of("d", null), Of("e", "X", LetterState.Discarded), Of("f", "Z", LetterState.Discarded)], Noon);
        Assert.Equal([new CodeCount("Y", 2), new CodeCount("X", 1)], counts.Codes);
        Assert.Equal([new KindCount("y", 2), new KindCount("x", 1)], counts.Kinds);
    }

    static CatalogueLetter Letter(string id, string category, LetterState state, int? hoursLeft)
    {
        var key = new DeadLetterKey(new Category(category), id);
        var summary = LetterSummary.Of(DeadLetterDecisions.Merge(null, LetterAt(Noon))) with { State = state };
        return new CatalogueLetter(key, summary, LetterCause.Of(key.Category, summary), hoursLeft is { } h ? Noon.AddHours(h) : null);
    }
}
