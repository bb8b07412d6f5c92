using System.Text.Json;
using Hobom.Slices.Broker;

namespace Hobom.Slices.Tests.Broker.Schemas;

public sealed class SchemaCompatibilityTests
{
    [Theory]
    [InlineData("""{"type":"object"}""", """{"type":"object"}""")]
    [InlineData("""{"type":"integer"}""", """{"type":"number"}""")]
    [InlineData("""{"type":"string"}""", """{"type":["string","null"]}""")]
    [InlineData("""{"enum":["a"]}""", """{"enum":["a","b"]}""")]
    [InlineData("""{"type":"object","required":["a"]}""", """{"type":"object"}""")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"properties":{"a":{"type":"string"},"b":{"type":"integer"}}}""")]
    [InlineData("""{"maximum":5}""", """{"maximum":6}""")]
    [InlineData("""{"minLength":2}""", """{"minLength":1}""")]
    [InlineData("""{"pattern":"^a"}""", "{}")]
    [InlineData("""{"items":{"type":"integer"}}""", """{"items":{"type":"number"}}""")]
    [InlineData("""{"additionalProperties":false,"properties":{"a":{}}}""", """{"additionalProperties":false,"properties":{"a":{},"b":{}}}""")]
    [InlineData("""{"title":"old"}""", """{"title":"new","description":"words"}""")]
    public void A_version_that_takes_all_that_the_one_before_took_is_backward(string older, string newer) =>
        Assert.Empty(Faults(SchemaPromise.Backward, older, newer));

    [Theory]
    [InlineData("""{"type":"number"}""", """{"type":"integer"}""", "/: type number is not taken any more")]
    [InlineData("{}", """{"type":"object"}""", "/: the type was free")]
    [InlineData("""{"enum":["a","b"]}""", """{"enum":["a"]}""", "/: the value \"b\" is not taken any more")]
    [InlineData("""{"type":"string"}""", """{"type":"string","enum":["a"]}""", "/: the values were free")]
    [InlineData("""{"properties":{"a":{}}}""", """{"properties":{"a":{}},"required":["a"]}""", "/: 'a' is required, and was not")]
    [InlineData("""{"maximum":5}""", """{"maximum":4}""", "/: 'maximum' is narrower")]
    [InlineData("{\"type\":\"string\"}", """{"type":"string","maxLength":4}""", "/: 'maxLength' is narrower")]
    [InlineData("""{"minimum":1}""", """{"minimum":2}""", "/: 'minimum' is narrower")]
    [InlineData("""{"properties":{"a":{"properties":{"b":{"type":"string"}}}}}""", """{"properties":{"a":{"properties":{"b":{"type":"integer"}}}}}""", "/a/b: type string is not taken any more")]
    [InlineData("""{"type":"object"}""", """{"type":"object","additionalProperties":false}""", "/additionalProperties: nothing is taken any more")]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":false}""", """{"additionalProperties":false}""", "/a: nothing is taken any more")]
    [InlineData("""{"items":{"type":"number"}}""", """{"items":{"type":"integer"}}""", "/[]: type number is not taken any more")]
    [InlineData("""{"anyOf":[{"type":"string"}]}""", """{"anyOf":[{"type":"string"},{"type":"null"}]}""", "/: 'anyOf' is new or not the same")]
    [InlineData("{\"type\":\"string\"}", """{"type":"string","format":"date"}""", "/: 'format' is new or not the same")]
    [InlineData("true", "false", "/: nothing is taken any more")]
    public void One_that_takes_less_says_where(string older, string newer, string fault) =>
        Assert.Contains(fault, Faults(SchemaPromise.Backward, older, newer));

    [Fact]
    public void Forward_is_the_other_way_round_full_is_both_and_none_is_nothing()
    {
        const string narrow = """{"type":"integer"}""";
        const string wide = """{"type":"number"}""";
        Assert.Empty(Faults(SchemaPromise.Forward, wide, narrow));
        Assert.NotEmpty(Faults(SchemaPromise.Forward, narrow, wide));
        Assert.NotEmpty(Faults(SchemaPromise.Full, narrow, wide));
        Assert.Empty(Faults(SchemaPromise.Full, narrow, narrow));
        Assert.Empty(Faults(SchemaPromise.None, wide, narrow));
    }

    static IReadOnlyList<string> Faults(SchemaPromise promise, string older, string newer)
    {
        using var before = JsonDocument.Parse(older);
        using var after = JsonDocument.Parse(newer);
        return SchemaCompatibility.Faults(promise, before.RootElement, after.RootElement);
    }
}
