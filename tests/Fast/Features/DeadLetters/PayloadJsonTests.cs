using System.Text;
using Hobom.Slices.DeadLetters.Decisions;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters;

public sealed class PayloadJsonTests
{
    [Theory]
    [InlineData("{\"a\":[1,2.50,\"\\u0041\"]}", true)]
    [InlineData("  7 ", true)]
    [InlineData("1e999", true)]
    [InlineData("{\"a\":1,\"a\":2}", true)]
    [InlineData("", false)]
    [InlineData("{", false)]
    [InlineData("{} {}", false)]
    [InlineData("plain", false)]
    public void Only_a_payload_that_is_JSON_is_shown_as_such(string payload, bool json) =>
        Assert.Equal(json, DeadLetterDecisions.IsJson(Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void Strings_that_are_not_UTF8_are_not_JSON() =>
        Assert.False(DeadLetterDecisions.IsJson([(byte)'"', 0xFF, (byte)'"']));

    [Fact]
    public void JSON_of_any_depth_is_JSON() =>
        Assert.True(DeadLetterDecisions.IsJson(Encoding.UTF8.GetBytes(new string('[', 10_000) + new string(']', 10_000))));
}
