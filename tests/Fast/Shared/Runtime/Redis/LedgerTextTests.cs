using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Redis;

public sealed class LedgerTextTests
{
    [Property]
    public bool An_entry_reads_back_as_it_was_written_but_for_less_than_a_millisecond(bool published, DateTime since, NonNegativeInt unknowns)
    {
        var at = new DateTimeOffset(DateTime.SpecifyKind(since, DateTimeKind.Utc));
        at = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        var state = published ? LedgerState.Published : LedgerState.Begun;
        var entry = new LedgerEntry(state, at, unknowns.Get);
        return LedgerText.Parse(LedgerText.Format(entry)) == entry;
    }

    [Fact]
    public void The_stored_form_is_a_contract() =>
        Assert.Equal(
            "1 published 1731000000000 2",
            LedgerText.Format(new LedgerEntry(
                LedgerState.Published, DateTimeOffset.FromUnixTimeMilliseconds(1731000000000), 2)));

    [Property]
    public bool No_text_makes_reading_throw(string? text) => LedgerText.Parse($"1 begun {text} 0") is null || long.TryParse(text, out _);

    [Theory]
    [InlineData("")]
    [InlineData("2 begun 1731000000000 0")]
    [InlineData("1 ended 1731000000000 0")]
    [InlineData("1 begun 1731000000000")]
    [InlineData("1 begun 1731000000000 -1")]
    [InlineData("1 begun 999999999999999999 0")]
    [InlineData("1 begun -999999999999999999 0")]
    [InlineData("1 begun 99999999999999999999999 0")]
    [InlineData("1 begun 1e3 0")]
    [InlineData("1  begun 1731000000000 0")]
    public void What_is_no_entry_of_this_version_reads_as_none(string text) => Assert.Null(LedgerText.Parse(text));
}
