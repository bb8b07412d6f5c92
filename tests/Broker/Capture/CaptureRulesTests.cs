using FsCheck.Xunit;
using Hobom.Slices.Broker.Capture;
using static Hobom.Slices.Tests.Broker.Capture.CaptureSamples;

namespace Hobom.Slices.Tests.Broker.Capture;

public sealed class CaptureRulesTests
{
    [Theory]
    [InlineData("users", true, "public", "users")]
    [InlineData("Shop.Users", true, "shop", "users")]
    [InlineData("Shop.Users", false, "Shop", "Users")]
    [InlineData("\"Shop\".\"My.\"\"Users\"", true, "Shop", "My.\"Users")]
    [InlineData("shop.\"Users\"", true, "shop", "Users")]
    public void A_table_is_read_as_the_database_reads_it(string text, bool folds, string schema, string name) =>
        Assert.Equal(new TableName(schema, name), TableName.Parse(text, "public", folds).Right());

    [Theory]
    [InlineData("\"users")]
    [InlineData("\"a\"b")]
    [InlineData("a\"b\"")]
    [InlineData("a.b.c")]
    public void Half_a_name_is_refused(string text) => Assert.True(TableName.Parse(text, "public", true).IsLeft);

    [Theory]
    [InlineData("", "--table")]
    [InlineData("a\nb", "--table")]
    [InlineData("a\0b", "--table")]
    public void A_name_that_cannot_be_meant_is_refused(string name, string option) =>
        Assert.Equal(option, CaptureRules.Check(Request(name)).Match(_ => "", f => f.Option));

    [Fact]
    public void Half_a_surrogate_pair_is_no_name() => Assert.True(CaptureRules.Check(Request("\ud83d")).IsLeft);

    [Fact]
    public void A_name_that_would_be_cut_and_a_key_that_would_be_hidden_are_refused()
    {
        Assert.True(CaptureRules.Check(Request(new string('ä', 32))).IsLeft);
        Assert.True(CaptureRules.Check(Request(new string('ä', 31))).IsRight);
        Assert.Equal("--key", CaptureRules.Check(Request("t") with { Key = ["a"], Masked = ["a"] }).Match(_ => "", f => f.Option));
        Assert.Equal("--operations", CaptureRules.Check(Request("t") with { Operations = [] }).Match(_ => "", f => f.Option));
    }

    [Property]
    public void A_quoted_name_comes_back_as_it_was(string? schema, string? name)
    {
        var table = new TableName(schema ?? "", name ?? "");
        Assert.Equal(table, TableName.Parse(SqlLiterals.Name(table), "public", true).Right());
    }
}
