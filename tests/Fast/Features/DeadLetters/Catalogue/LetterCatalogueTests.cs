using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Catalogue;

public sealed class LetterCatalogueTests
{
    readonly FakeTimeProvider clock = new();

    [Property]
    public bool Pages_tell_each_letter_once_in_order_whatever_their_size(byte[] seconds, PositiveInt size)
    {
        var catalogue = Filled(seconds);
        var told = PagesOf(catalogue, size.Get, _ => { }).ToList();
        return told.SequenceEqual(catalogue.Letters.Select(l => l.Key)) && told.Distinct().Count() == seconds.Length;
    }

    [Property]
    public bool What_stays_while_others_come_and_go_is_told_once(byte[] seconds, int seed)
    {
        var catalogue = Filled(seconds);
        var stays = catalogue.Letters.Where((_, i) => i % 2 == 0).Select(l => l.Key).ToList();
        var random = new Random(seed);
        var told = PagesOf(catalogue, 3, page =>
        {
            var odd = catalogue.Letters.Where(l => !stays.Contains(l.Key)).ToList();
            var gone = odd.Count == 0 ? [] : new[] { odd[random.Next(odd.Count)] };
            var fresh = Letter($"new{page}", random.Next(256));
            catalogue.Apply(gone.Select(l => (l.Key, (CatalogueLetter?)null)).Append((fresh.Key, fresh)).ToDictionary());
        });
        return told.Where(stays.Contains).SequenceEqual(stays);
    }

    [Property]
    public bool Changes_leave_it_as_reading_all_anew_would(byte[] before, byte[] changes)
    {
        var (changed, model) = (Filled(before), new Dictionary<DeadLetterKey, CatalogueLetter>());
        foreach (var letter in changed.Letters) model[letter.Key] = letter;
        foreach (var batch in changes.Chunk(4))
        {
            var apply = batch.Select((c, i) => (Key: new DeadLetterKey(new Category("menu"), $"e{c % 16}"), Letter: i % 3 == 0 ? null : Letter($"e{c % 16}", c)))
                .DistinctBy(c => c.Key).ToDictionary(c => c.Key, c => c.Letter);
            changed.Apply(apply);
            foreach (var (key, letter) in apply)
                if (letter is null) model.Remove(key);
                else model[key] = letter;
        }

        var anew = new LetterCatalogue(new FakeTimeProvider());
        anew.Replace(model.Values);
        return anew.Letters.SequenceEqual(changed.Letters);
    }

    [Fact]
    public void Letters_that_failed_in_another_way_are_another_group_though_their_errors_read_the_same()
    {
        var none = Letter("a", 0).Summary;
        LetterCause Of(string? kind) => LetterCause.Of(new Category("broker"), none with { Kind = kind });
        Assert.Equal(Of("timed-out").GroupId, Of("timed-out").GroupId);
        Assert.Equal(3, new[] { Of(null), Of("timed-out"), Of("threw") }.Select(c => c.GroupId).Distinct().Count());
        Assert.Equal("threw", Of("threw").Kind);
    }

    [Fact]
    public void Every_filter_takes_what_it_names_and_nothing_else()
    {
        var catalogue = new LetterCatalogue(clock);
        var now = clock.GetUtcNow();
        var old = Letter("old-One", 0, at: now - TimeSpan.FromHours(2)) with { ExpiresAt = now + TimeSpan.FromHours(1) };
        old = old with { Summary = old.Summary with { Attempts = 7, Code = "Local_QueueFull", Kind = "timed-out" } };
        var log = Letter("b", 0, "log", at: now) with { ExpiresAt = null };
        var refused = Letter("c", 0, at: now, reason: "the row has no Payload", failure: FailureClass.Refused);
        var discarded = Letter("d", 0, at: now, state: LetterState.Discarded);
        catalogue.Replace([old, log, refused, discarded]);

        string Taken(LetterFilter filter) => string.Join(' ', catalogue.SelectKeys(filter).Select(k => k.Id));
        Assert.Equal("old-One b c", Taken(LetterFilter.All));
        Assert.Equal("b", Taken(new LetterFilter(Category: new Category("log"))));
        Assert.Equal("c", Taken(new LetterFilter(Class: FailureClass.Refused)));
        Assert.Equal("c", Taken(new LetterFilter(Text: "PAYLOAD")));
        Assert.Equal("old-One", Taken(new LetterFilter(Text: "old-one")));
        Assert.Equal("old-One", Taken(new LetterFilter(MinAge: TimeSpan.FromHours(1))));
        Assert.Equal("b c", Taken(new LetterFilter(MaxAge: TimeSpan.FromHours(1))));
        Assert.Equal("old-One", Taken(new LetterFilter(ExpiresWithin: TimeSpan.FromHours(1))));
        Assert.Equal("d", Taken(new LetterFilter(State: LetterState.Discarded)));
        Assert.Equal("c", Taken(new LetterFilter(Group: refused.Cause.GroupId)));
        Assert.Equal("old-One", Taken(new LetterFilter(MinAttempts: 7)));
        Assert.Equal("", Taken(new LetterFilter(MinAttempts: 8)));
        Assert.Equal("old-One", Taken(new LetterFilter(Code: "local_queuefull")));
        Assert.Equal("", Taken(new LetterFilter(Code: "Local")));
        Assert.Equal("old-One", Taken(new LetterFilter(Kind: "Timed-Out")));
        Assert.Equal("", Taken(new LetterFilter(Kind: "timed")));
        Assert.Equal("", Taken(new LetterFilter(Category: new Category("log"), Text: "payload")));
    }

    [Fact]
    public void A_group_counts_its_letters_and_knows_the_first_the_last_and_the_next_to_expire()
    {
        var catalogue = new LetterCatalogue(clock);
        var now = clock.GetUtcNow();
        catalogue.Replace(
        [
            Letter("a", 0, at: now, reason: "waited 5 ms") with { ExpiresAt = null },
            Letter("b", 0, at: now.AddMinutes(1), reason: "waited 7 ms") with { ExpiresAt = now.AddHours(2) },
            Letter("c", 0, at: now.AddMinutes(2), reason: "waited 9 ms") with { ExpiresAt = now.AddHours(3) },
            Letter("d", 0, "log", at: now, reason: "waited 5 ms"),
        ]);

        var groups = catalogue.Groups(LetterFilter.All);
        Assert.Equal(["menu", "log"], groups.Select(g => g.Cause.Category.Name));
        Assert.Equal(
            ("waited <n> ms", 3, now, now.AddMinutes(2), now.AddHours(2), "c"),
            (groups[0].Cause.Text, groups[0].Count, groups[0].FirstSeen, groups[0].LastSeen, groups[0].SoonestExpiry, groups[0].Sample.Id));
        Assert.Equal(4, groups.Sum(g => g.Count));
        Assert.Equal((3, 0), (groups[0].LastHour, groups[0].HourBefore));
        clock.Advance(TimeSpan.FromMinutes(61.5));
        groups = catalogue.Groups(LetterFilter.All);
        Assert.Equal((1, 2), (groups[0].LastHour, groups[0].HourBefore));
        clock.Advance(TimeSpan.FromHours(1));
        groups = catalogue.Groups(LetterFilter.All);
        Assert.Equal((0, 1), (groups[0].LastHour, groups[0].HourBefore));
    }

    [Fact]
    public void Letters_of_one_record_key_find_each_other_within_their_category()
    {
        var catalogue = new LetterCatalogue(clock);
        CatalogueLetter Of(string id, string? key, string category = "stream")
        {
            var letter = Letter(id, 0, category);
            return letter with { Summary = letter.Summary with { SharedKey = key } };
        }

        catalogue.Replace([Of("a", "anna"), Of("b", "anna"), Of("c", "ben"), Of("d", null), Of("e", "anna", "broker"), Of("f", null)]);
        string Sharing(string id) => string.Join(' ', catalogue.SharingKeyWith(catalogue.Letters.Single(l => l.Key.Id == id)).Select(l => l.Key.Id));
        Assert.Equal(("b", "a", "", "", ""), (Sharing("a"), Sharing("b"), Sharing("c"), Sharing("d"), Sharing("e")));
        Assert.Null(catalogue.Find(new DeadLetterKey(new Category("stream"), "none")));
    }

    [Property]
    public bool A_cursor_reads_back_as_it_was_written_and_nothing_else_is_one(long ms, NonNull<string> key)
    {
        var cursor = new LetterCursor(ms, new string([.. key.Get.Where(c => !char.IsSurrogate(c))]));
        LetterCursor.Parse(key.Get);
        return LetterCursor.Parse(cursor.Format()) == cursor;
    }

    static IEnumerable<DeadLetterKey> PagesOf(LetterCatalogue catalogue, int size, Action<int> between)
    {
        LetterCursor? place = null;
        for (var number = 0; ; number++)
        {
            var page = catalogue.Page(LetterFilter.All, size, place);
            foreach (var letter in page.Letters) yield return letter.Key;
            if (page.Next is not { } next) yield break;
            place = LetterCursor.Parse(next.Format());
            between(number);
        }
    }

    static LetterCatalogue Filled(byte[] seconds)
    {
        var catalogue = new LetterCatalogue(new FakeTimeProvider());
        catalogue.Replace(seconds.Select((s, i) => Letter($"e{i}", s)));
        return catalogue;
    }

    internal static CatalogueLetter Letter(
        string id, int second, string category = "menu", DateTimeOffset? at = null, string reason = "timed out",
        FailureClass failure = FailureClass.Transient, LetterState state = LetterState.Open)
    {
        var key = new DeadLetterKey(new Category(category), id);
        var record = DeadLetterDecisions.Merge(null, LetterAt(at ?? Noon.AddSeconds(second)));
        var summary = LetterSummary.Of(record) with { Reason = reason, Class = failure, State = state };
        return new CatalogueLetter(key, summary, LetterCause.Of(key.Category, summary), null);
    }
}
