using System.Text.Json;
using Hobom.Slices.Rows;

namespace Hobom.Slices.Tests.Broker.Core;

public sealed class SecretTextTests
{
    [Theory]
    [InlineData("""{"user_email":"a@b.example","x":1,"x":2}""")]
    [InlineData("""{"x":1,"user_email":"a@b.example","user_email":"a@b.example"}""")]
    [InlineData("""{"user\u005femail":"a@b.example"}""")]
    [InlineData("""{"\u0075ser_email":"a@\u0062.example","x":{"y":[1.0e400]}}""")]
    public void An_email_address_is_hashed_whatever_stands_beside_it_and_however_its_name_is_written(string metadata)
    {
        var hashed = SecretText.HashEmail(metadata)!;
        using var json = JsonDocument.Parse(hashed);
        Assert.DoesNotContain("a@b.example", hashed, StringComparison.Ordinal);
        Assert.Equal(SecretText.Hash("a@b.example"), json.RootElement.GetProperty("user_email").GetString());
        Assert.Equal(hashed, SecretText.HashEmail(hashed));
    }

    [Fact]
    public void Half_a_surrogate_pair_beside_it_changes_nothing_of_that() => Assert.DoesNotContain(
        "a@b.example", SecretText.HashEmail("{\"user_email\":\"a@b.example\",\"x\":\"\ud83d\"}"), StringComparison.Ordinal);

    /// <summary>What was published before is published again as the same.</summary>
    [Fact]
    public void The_members_beside_it_are_written_as_they_always_were() => Assert.Equal(
        $$"""{"b":[1.50,"\u00E4"],"user_email":"{{SecretText.Hash("a@b.example")}}","c":"\u0022"}""",
        SecretText.HashEmail("""{ "b": [1.50, "ä"], "user_email": "a@b.example", "c": "\"" }"""));

    [Theory]
    [InlineData("""{ "x": "\u0061", "x": { "user_email": "a@b.example" } }""")]
    [InlineData("""{ "user_email": 7 }""")]
    [InlineData("""[ "user_email" ]""")]
    [InlineData("""{ "user_email": """)]
    [InlineData(null)]
    public void What_has_no_email_address_stays_as_it_is(string? metadata) => Assert.Equal(metadata, SecretText.HashEmail(metadata));
}
