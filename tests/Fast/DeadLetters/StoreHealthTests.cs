using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using static Hobom.Slices.Tests.Fast.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.DeadLetters;

public sealed class StoreHealthTests
{
    static readonly Dictionary<string, string> Well = new(StringComparer.Ordinal)
    {
        ["maxmemory"] = "1000000", ["maxmemory_policy"] = "noeviction", ["evicted_keys"] = "0", ["aof_enabled"] = "1",
        ["aof_last_write_status"] = "ok", ["rdb_last_bgsave_status"] = "ok",
    };

    [Fact]
    public void A_store_that_is_well_has_no_problem() => Assert.Empty(StoreHealth.Of(Well, TimeSpan.FromSeconds(5)).Problems);

    [Theory]
    [InlineData("maxmemory_policy", "volatile-lru", "volatile-lru")]
    [InlineData("evicted_keys", "3", "3 keys")]
    [InlineData("aof_enabled", "0", "append-only file is off")]
    [InlineData("aof_last_write_status", "err", "err")]
    [InlineData("rdb_last_bgsave_status", "err", "err")]
    public void What_endangers_letters_is_told(string field, string value, string told)
    {
        var info = new Dictionary<string, string>(Well, StringComparer.Ordinal) { [field] = value };
        Assert.Contains(told, Assert.Single(StoreHealth.Of(info, TimeSpan.Zero).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_without_a_memory_limit_evicts_nothing()
    {
        var info = new Dictionary<string, string>(Well, StringComparer.Ordinal) { ["maxmemory_policy"] = "volatile-lru", ["maxmemory"] = "0" };
        Assert.Empty(StoreHealth.Of(info, TimeSpan.Zero).Problems);
    }

    [Theory]
    [InlineData(5.1)]
    [InlineData(-5.1)]
    public void A_clock_that_is_off_is_told(double seconds) =>
        Assert.Contains("clock", Assert.Single(StoreHealth.Of(Well, TimeSpan.FromSeconds(seconds)).Problems), StringComparison.Ordinal);

    [Fact]
    public void A_Redis_that_tells_nothing_is_a_problem() =>
        Assert.Contains("INFO", Assert.Single(StoreHealth.Of(new Dictionary<string, string>(StringComparer.Ordinal), TimeSpan.Zero).Problems), StringComparison.Ordinal);

    [Theory]
    [InlineData(36.1, 0)]
    [InlineData(36.0, 50)]
    [InlineData(14.5, 50)]
    [InlineData(14.4, 80)]
    [InlineData(3.7, 80)]
    [InlineData(3.6, 95)]
    [InlineData(-1.0, 95)]
    public void A_letter_passes_its_marks_at_half_and_four_fifths_and_nineteen_twentieths(double hoursLeft, int mark) =>
        Assert.Equal(mark, ExpiryWarnings.MarkOf(TimeSpan.FromHours(hoursLeft)));

    [Fact]
    public void Each_mark_is_told_once_and_again_after_more_time_was_given()
    {
        var warnings = new ExpiryWarnings();
        var letter = Expiring(Noon.AddHours(72));
        string Told(DateTimeOffset now) =>
            string.Join(' ', warnings.Next([letter, Expiring(null)], now).Select(w => $"{w.Percent}x{w.Letters}"));

        Assert.Equal("", Told(Noon));
        Assert.Equal("50x1", Told(Noon.AddHours(37)));
        Assert.Equal("", Told(Noon.AddHours(38)));
        Assert.Equal("95x1", Told(Noon.AddHours(70)));
        letter = Expiring(Noon.AddHours(142));
        Assert.Equal("", Told(Noon.AddHours(70)));
        Assert.Equal("50x1", Told(Noon.AddHours(110)));
    }

    static CatalogueLetter Expiring(DateTimeOffset? at)
    {
        var summary = LetterSummary.Of(DeadLetterDecisions.Merge(null, LetterAt(Noon)));
        var key = new DeadLetterKey(new Category("menu"), at is null ? "held" : "e1");
        return new CatalogueLetter(key, summary, LetterCause.Of(key.Category, summary), at);
    }
}
