using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

[Properties(Arbitrary = [typeof(HostileText)])]
public class DeadLetterKeyTests
{
    [Property(MaxTest = 500)]
    public void Parse_after_Format_gives_the_same_key(KeyId id, CategoryName category)
    {
        var key = new DeadLetterKey(new Category(category.Text), id.Text);
        Assert.Equal(key, Parse(key.Format()));
    }

    [Property(MaxTest = 500)]
    public void Format_after_Parse_gives_the_same_text_and_Parse_never_throws(Hostile tail, CategoryName category)
    {
        foreach (var text in new[] { tail.Text, $"dlq:{tail.Text}", $"dlq:{category.Text}:{tail.Text}" })
            DeadLetterKey.Parse(text).IfRight(key => Assert.Equal(text, key.Format()));
    }

    [Theory]
    [InlineData("dlq:menu:a", "menu", "a")]
    [InlineData("dlq:space-log:a:b::c", "space-log", "a:b::c")]
    [InlineData("dlq:menu::", "menu", ":")]
    [InlineData("dlq:menu: ", "menu", " ")]
    [InlineData("dlq:menu:한글 🚀\n*[\0", "menu", "한글 🚀\n*[\0")]
    [InlineData("dlq:log2:dlq:menu:a", "log2", "dlq:menu:a")]
    public void The_id_is_all_that_follows_the_category(string text, string category, string id) =>
        Assert.Equal(new DeadLetterKey(new Category(category), id), Parse(text));

    [Theory]
    [InlineData("", typeof(KeyFault.NoPrefix))]
    [InlineData("dlq", typeof(KeyFault.NoPrefix))]
    [InlineData("DLQ:menu:a", typeof(KeyFault.NoPrefix))]
    [InlineData(" dlq:menu:a", typeof(KeyFault.NoPrefix))]
    [InlineData("dlq:", typeof(KeyFault.NoCategory))]
    [InlineData("dlq::a", typeof(KeyFault.NoCategory))]
    [InlineData("dlq:Menu:a", typeof(KeyFault.NoCategory))]
    [InlineData("dlq:2menu:a", typeof(KeyFault.NoCategory))]
    [InlineData("dlq:-menu:a", typeof(KeyFault.NoCategory))]
    [InlineData("dlq:me nu:a", typeof(KeyFault.NoCategory))]
    [InlineData("dlq:메뉴:a", typeof(KeyFault.NoCategory))]
    [InlineData("dlq:abcdefghijklmnopqrstuvwxyzabcdefg:a", typeof(KeyFault.NoCategory))]
    [InlineData("dlq:menu", typeof(KeyFault.NoId))]
    [InlineData("dlq:menu:", typeof(KeyFault.NoId))]
    public void A_malformed_key_is_told_apart_by_its_fault(string text, Type fault) =>
        Assert.IsType(fault, DeadLetterKey.Parse(text).Match(Right: _ => null!, Left: f => f));

    [Theory]
    [InlineData('a', 1024, false)]
    [InlineData('a', 1025, true)]
    [InlineData('한', 341, false)]
    [InlineData('한', 342, true)]
    public void The_limit_of_an_id_counts_bytes_and_not_characters(char letter, int count, bool tooLong)
    {
        var id = new string(letter, count);
        Assert.Equal(tooLong, DeadLetterKey.Parse($"dlq:menu:{id}").Match(Right: _ => false, Left: f => f is KeyFault.TooLong));
        Assert.Equal(!tooLong, RowRules.FitsKey(new EventId(id)));
    }

    static DeadLetterKey Parse(string text) => DeadLetterKey.Parse(text).IfLeft(fault => throw new FormatException($"{text}: {fault}"));
}
