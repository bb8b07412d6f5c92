using Hobom.Slices.DeadLetters.Decisions;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Decisions;

public sealed class LetterPrefixTests
{
    [Theory]
    [InlineData(null, "dlq:")]
    [InlineData("", "dlq:")]
    [InlineData("dlq:", "dlq:")]
    [InlineData("dlq:log:a b", "dlq:log:a b")]
    [InlineData("DLQ:log", null)]
    [InlineData("log", null)]
    [InlineData("dlqx:idx", null)]
    [InlineData("dlq:*", null)]
    [InlineData("dlq:a?", null)]
    [InlineData("dlq:[a", null)]
    [InlineData("dlq:a]", null)]
    [InlineData("dlq:\\a", null)]
    public void A_prefix_begins_with_dlq_and_holds_no_glob_character(string? text, string? expected) =>
        Assert.Equal(expected, DeadLetterDecisions.ParsePrefix(text).MatchUnsafe<string?>(p => p, _ => null));
}
