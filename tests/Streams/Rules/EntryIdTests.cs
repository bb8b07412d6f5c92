using FsCheck.Xunit;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class EntryIdTests
{
    [Theory]
    [Trait("row", "C10")]
    [InlineData("1000-1", "1000-0")]
    [InlineData("1000-0", "999-0")]
    [InlineData("1000-10", "1000-9")]
    [InlineData("10000-0", "9999-99")]
    public void Ids_compare_as_two_numbers(string later, string earlier)
    {
        Assert.True(EntryId.Parse(later) > EntryId.Parse(earlier));
        Assert.True(EntryId.Parse(earlier) < EntryId.Parse(later));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("-")]
    [InlineData("1")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("1-2-3")]
    [InlineData(" 1-2")]
    [InlineData("+1-2")]
    [InlineData("18446744073709551616-0")]
    [InlineData("$")]
    public void What_is_no_id_is_refused(string? text) => Assert.Null(EntryId.Parse(text));

    [Property]
    public bool Parse_after_format_is_identity(ulong milliseconds, ulong sequence) =>
        EntryId.Parse(new EntryId(milliseconds, sequence).ToString()) == new EntryId(milliseconds, sequence);

    [Property]
    public bool Every_id_has_a_time(ulong milliseconds) => new EntryId(milliseconds, 0).Time >= DateTimeOffset.UnixEpoch;
}
