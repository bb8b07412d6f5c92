using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.Runtime;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.Catalogue.LetterCatalogueTests;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Catalogue;

public sealed class LetterPastTests
{
    readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 5, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_letter_counts_once_when_it_comes_and_those_found_at_the_start_do_not()
    {
        var catalogue = new LetterCatalogue(clock);
        catalogue.Replace([Letter("old", 1)]);
        catalogue.NoteOpen();
        Change(catalogue, Letter("new", 2));
        Change(catalogue, Letter("new", 9));
        Change(catalogue, Letter("old", 9));
        catalogue.Replace([Letter("old", 9), Letter("new", 9), Letter("missed", 5)]);
        catalogue.NoteOpen();
        var step = Assert.IsType<LetterStep>(catalogue.Past.At(HistorySpan.Hour)[^1]);
        Assert.Equal((2, 3), (step.Came.Values.Sum(), step.Open));
        foreach (var span in HistorySpan.All) Assert.Equal(2, catalogue.Past.At(span).OfType<LetterStep>().Sum(s => s.Came.Values.Sum()));
    }

    [Fact]
    public void What_nobody_saw_is_not_known_and_what_is_too_old_is_forgotten()
    {
        var past = new LetterPast(clock);
        past.NoteOpen(4);
        clock.Advance(TimeSpan.FromMinutes(2));
        past.NoteReplay(delivered: true);
        past.NoteReplay(delivered: false);
        var hour = past.At(HistorySpan.Hour);
        Assert.Equal([4, null, null], hour.TakeLast(3).Select(s => s?.Open));
        Assert.Null(hour[^2]);
        Assert.Equal((1, 1), (hour[^1]!.Delivered, hour[^1]!.NotDelivered));
        Assert.All(hour.SkipLast(3), Assert.Null);
        clock.Advance(TimeSpan.FromHours(71));
        past.NoteOpen(5);
        Assert.Equal((4, 1), (past.At(HistorySpan.ThreeDays).OfType<LetterStep>().First().Open, past.At(HistorySpan.Hour).OfType<LetterStep>().Count()));
        clock.Advance(TimeSpan.FromHours(2));
        past.NoteOpen(6);
        Assert.DoesNotContain(past.At(HistorySpan.ThreeDays), s => s?.Open == 4);
    }

    /// <summary>Other programs write letters of any number of categories; they are kept by as many as fit.</summary>
    [Fact]
    public void Any_number_of_categories_takes_the_memory_of_a_few()
    {
        var past = new LetterPast(clock);
        for (var n = 0; n < 1000; n++)
            past.NoteCame([Letter($"e{n}", 1) with { Key = new DeadLetterKey(new Category($"c{n}"), "e") }]);
        var came = past.At(HistorySpan.Hour)[^1]!.Came;
        Assert.Equal((21, 1000), (came.Count, came.Values.Sum()));
        Assert.Equal(980, came.Where(c => c.Key.Category == LetterPast.OtherCategory).Sum(c => c.Value));
    }

    [Fact]
    public void Each_that_waits_is_in_one_bucket_of_age()
    {
        var start = DateTimeOffset.UnixEpoch;
        var letters = Enumerable.Range(0, 100).Select(h => Aged(h)).ToList();
        var ages = LetterAge.Of(letters, start.AddHours(100));
        Assert.Equal([0, 5, 6, 12, 12, 12, 12, 12, 29], ages.Select(a => a.Count));
        Assert.Equal(ages.Skip(1).Select(a => a.FromHours).Append(-1), ages.Select(a => a.ToHours ?? -1));

        static CatalogueLetter Aged(int hours)
        {
            var letter = Letter($"e{hours}", 0);
            return letter with { Summary = letter.Summary with { LastFailedAt = DateTimeOffset.UnixEpoch.AddHours(hours) } };
        }
    }

    static void Change(LetterCatalogue catalogue, CatalogueLetter letter) =>
        catalogue.Apply(new Dictionary<DeadLetterKey, CatalogueLetter?> { [letter.Key] = letter });
}
