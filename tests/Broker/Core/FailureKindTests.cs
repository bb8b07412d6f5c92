using Hobom.Slices.Broker;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Broker.Core;

public sealed class FailureKindTests
{
    /// <summary>Stored: a word that changes makes rows of before unknown.</summary>
    [Theory]
    [InlineData("threw", FailureClass.Transient)]
    [InlineData("timed-out", FailureClass.Transient)]
    [InlineData("lease-lost", FailureClass.Transient)]
    [InlineData("process-died", FailureClass.Transient)]
    [InlineData("not-committed", FailureClass.Transient)]
    [InlineData("unreadable", FailureClass.Refused)]
    [InlineData("schema", FailureClass.Refused)]
    [InlineData("refused", FailureClass.Permanent)]
    [InlineData("receiver-failed", FailureClass.Transient)]
    [InlineData("busy", FailureClass.Transient)]
    [InlineData("credentials", FailureClass.Permanent)]
    [InlineData("wrong-address", FailureClass.Permanent)]
    [InlineData("gone", FailureClass.Permanent)]
    [InlineData("unreachable", FailureClass.Transient)]
    [InlineData("no-topic", FailureClass.Permanent)]
    [InlineData("not-published", FailureClass.Transient)]
    public void A_word_stands_for_its_kind_and_class(string word, FailureClass expected)
    {
        var kind = FailureKinds.Parse(word);
        Assert.Equal(word, kind?.Word());
        Assert.Equal(expected, FailureKinds.ClassOf(kind));
        Assert.InRange(word.Length, 1, 31);
    }

    [Fact]
    public void Every_kind_has_a_word_of_its_own() =>
        Assert.Equal(16, Enum.GetValues<FailureKind>().Select(k => k.Word()).Distinct().Count());

    [Fact]
    public void Letters_are_chosen_by_every_word_and_by_that_of_old_rows() =>
        Assert.Equal([.. Enum.GetValues<FailureKind>().Select(k => k.Word()), "unknown"], FailureKinds.Words);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("a-newer-builds")]
    public void What_nobody_knows_is_not_guessed(string? word)
    {
        Assert.Null(FailureKinds.Parse(word));
        Assert.Equal(FailureClass.Unknown, FailureKinds.ClassOf(FailureKinds.Parse(word)));
    }
}
