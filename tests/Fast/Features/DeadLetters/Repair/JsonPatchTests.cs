using Hobom.Slices.Core;
using System.Text;
using System.Text.Json;
using Hobom.Slices.DeadLetters.Repair;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Repair;

/// <summary>The examples of RFC 6902, appendix A, and what is ours.</summary>
public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("A.1", """{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux"}]""", """{"baz":"qux","foo":"bar"}""")]
    [InlineData("A.2", """{"foo":["bar","baz"]}""", """[{"op":"add","path":"/foo/1","value":"qux"}]""", """{"foo":["bar","qux","baz"]}""")]
    [InlineData("A.3", """{"baz":"qux","foo":"bar"}""", """[{"op":"remove","path":"/baz"}]""", """{"foo":"bar"}""")]
    [InlineData("A.4", """{"foo":["bar","qux","baz"]}""", """[{"op":"remove","path":"/foo/1"}]""", """{"foo":["bar","baz"]}""")]
    [InlineData("A.5", """{"baz":"qux","foo":"bar"}""", """[{"op":"replace","path":"/baz","value":"boo"}]""", """{"baz":"boo","foo":"bar"}""")]
    [InlineData(
        "A.6", """{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}""", """[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]""",
        """{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}""")]
    [InlineData(
        "A.7", """{"foo":["all","grass","cows","eat"]}""", """[{"op":"move","from":"/foo/1","path":"/foo/3"}]""",
        """{"foo":["all","cows","eat","grass"]}""")]
    [InlineData(
        "A.8", """{"baz":"qux","foo":["a",2,"c"]}""",
        """[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]""", """{"baz":"qux","foo":["a",2,"c"]}""")]
    [InlineData(
        "A.10", """{"foo":"bar"}""", """[{"op":"add","path":"/child","value":{"grandchild":{}}}]""",
        """{"foo":"bar","child":{"grandchild":{}}}""")]
    [InlineData("A.11", """{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux","xyz":123}]""", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("A.14", """{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":10}]""", """{"/":9,"~1":10}""")]
    [InlineData("A.16", """{"foo":["bar"]}""", """[{"op":"add","path":"/foo/-","value":["abc","def"]}]""", """{"foo":["bar",["abc","def"]]}""")]
    [InlineData("copy", """{"a":[1]}""", """[{"op":"copy","from":"/a","path":"/b"},{"op":"add","path":"/b/-","value":2}]""", """{"a":[1],"b":[1,2]}""")]
    [InlineData("whole", """{"a":1}""", """[{"op":"replace","path":"","value":null}]""", "null")]
    [InlineData("null", """{"a":null}""", """[{"op":"test","path":"/a","value":null},{"op":"replace","path":"/a","value":7}]""", """{"a":7}""")]
    [InlineData("add is set", """{"a":1}""", """[{"op":"add","path":"/a","value":2}]""", """{"a":2}""")]
    [InlineData("empty name", """{"":1}""", """[{"op":"replace","path":"/","value":2}]""", """{"":2}""")]
    [InlineData("equal numbers", """{"a":1.0}""", """[{"op":"test","path":"/a","value":1}]""", """{"a":1.0}""")]
    public void The_patch_gives_the_result(string example, string document, string patch, string expected)
    {
        using var wanted = JsonDocument.Parse(expected);
        using var result = JsonDocument.Parse(Applied(document, patch));
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, result.RootElement), $"{example}: {result.RootElement}");
    }

    [Theory]
    [InlineData("A.9", """{"baz":"qux"}""", """[{"op":"test","path":"/baz","value":"bar"}]""", "operation 0: the test failed")]
    [InlineData("A.12", """{"foo":"bar"}""", """[{"op":"add","path":"/baz/bat","value":"qux"}]""", "operation 0: its path names nothing that holds members")]
    [InlineData("A.15", """{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":"10"}]""", "operation 0: the test failed")]
    [InlineData("second", """{"a":1}""", """[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]""", "operation 1: there is nothing at its path")]
    [InlineData("beyond", """[1]""", """[{"op":"add","path":"/2","value":0}]""", "operation 0: its path names no place of the array")]
    [InlineData("leading zero", """[1,2]""", """[{"op":"remove","path":"/01"}]""", "operation 0: there is nothing at its path")]
    [InlineData("end is no element", """[1]""", """[{"op":"remove","path":"/-"}]""", "operation 0: there is nothing at its path")]
    [InlineData("no from", """{}""", """[{"op":"copy","from":"/a","path":"/b"}]""", "operation 0: there is nothing at its from")]
    [InlineData("twice", """{"a":1,"a":2}""", """[{"op":"add","path":"/b","value":0}]""", "operation 0: the document has an object with one name twice")]
    [InlineData("no JSON", "{\n  \"a\": }", """[{"op":"remove","path":"/a"}]""", "the payload is not JSON: line 2, position 8")]
    [InlineData("a name", """{"\ud83d":1}""", """[{"op":"add","path":"/a","value":0}]""", "operation 0: the payload holds text that is not Unicode")]
    [InlineData("a value", """{"a":"\ud83d"}""", """[{"op":"copy","from":"/a","path":"/b"}]""", "operation 0: the payload holds text that is not Unicode")]
    [InlineData("compared", """{"a":"\ud83d"}""", """[{"op":"test","path":"/a","value":"x"}]""", "operation 0: the payload holds text that is not Unicode")]
    [InlineData("untouched", """{"a":1,"b":["\ud83d"]}""", """[{"op":"remove","path":"/a"}]""", "the payload holds text that is not Unicode")]
    public void A_patch_that_does_not_fit_changes_nothing_and_says_why(string example, string document, string patch, string expected)
    {
        Assert.NotNull(example);
        Assert.Equal(expected, Patch(patch).Apply(Encoding.UTF8.GetBytes(document)).Match(_ => "applied", fault => fault.ToString()));
    }

    [Theory]
    [InlineData("""{"op":"remove"}""", "a patch is an array of operations")]
    [InlineData("[]", "a patch has 1 to 100 operations")]
    [InlineData("""[{"op":"remove","path":"/a"},{"op":"spam","path":"/a"}]""", "operation 1: its op is none of add, remove, replace, move, copy, test")]
    [InlineData("""[{"op":"add","path":"/a"}]""", "operation 0: it has no value")]
    [InlineData("""[{"op":"move","path":"/a"}]""", "operation 0: it has no from")]
    [InlineData("""[{"op":"move","from":"/a","path":"/a/b"}]""", "operation 0: nothing can be moved into itself")]
    [InlineData("""[{"op":"remove","path":"a"}]""", "operation 0: a path is empty or begins with '/'")]
    [InlineData("""[{"op":"remove","path":"/~2"}]""", "operation 0: in a path '~' stands only in ~0 and ~1")]
    [InlineData("[7]", "operation 0: it is no object")]
    [InlineData("""[{"op":"add","path":"/a","value":{"b":"\ud83d"}}]""", "operation 0: it holds text that is not Unicode")]
    [InlineData("""[{"op":"add","path":"/\ud83d","value":1}]""", "operation 0: it holds text that is not Unicode")]
    [InlineData("""[{"op":"\ud83d","path":"/a"}]""", "operation 0: it holds text that is not Unicode")]
    [InlineData("""[{"\ud83d":"add","path":"/a"}]""", "operation 0: it holds text that is not Unicode")]
    public void What_is_no_patch_is_refused_with_its_operation(string patch, string expected)
    {
        using var json = JsonDocument.Parse(patch);
        Assert.Equal(expected, JsonPatch.Parse(json.RootElement).Match(_ => "a patch", fault => fault.ToString()));
    }

    /// <summary>An operator can mend such a letter by a patch too.</summary>
    [Fact]
    public void A_patch_may_take_the_place_of_text_that_is_not_Unicode()
    {
        using var result = JsonDocument.Parse(Applied("""{"a":"\ud83d"}""", """[{"op":"replace","path":"/a","value":"\ud83d\ude80"}]"""));
        Assert.Equal("🚀", result.RootElement.GetProperty("a").GetString());
    }

    [Fact]
    public void A_payload_that_is_not_UTF8_is_not_patched() => Assert.Equal(
        "the payload is not UTF-8",
        Patch("""[{"op":"replace","path":"","value":1}]""").Apply(Encoding.Latin1.GetBytes("{\"a\":\"\u00fc\"}")).Match(_ => "applied", fault => fault.ToString()));

    [Fact]
    public void Copies_of_copies_end_at_a_limit()
    {
        var doubling = string.Join(",", Enumerable.Range(0, 40).Select(n => $$"""{"op":"copy","from":"","path":"/a{{n}}"}"""));
        Assert.Contains(
            "the result is too large", Patch($"[{doubling}]").Apply("{\"a\":\"0123456789\"}"u8.ToArray()).Match(_ => "applied", f => f.Reason),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":1,"b":{"c":[1,2]}}""", """{"b":{"c":[1,3,4]},"d/e":null}""", "remove /a;replace /b/c/1;add /b/c/2;add /d~1e")]
    [InlineData("""[1,2,3]""", """[1]""", "remove /2;remove /1")]
    [InlineData("""{"a":1.0}""", """{ "a" : 1 }""", "")]
    [InlineData("plain", """{}""", "replace ")]
    public void The_difference_of_two_payloads_is_told_by_its_places(string before, string after, string expected) =>
        Assert.Equal(expected, string.Join(";", JsonDiff.Of(Encoding.UTF8.GetBytes(before), Encoding.UTF8.GetBytes(after)).Select(c => $"{c.Op} {c.Path}")));

    static byte[] Applied(string document, string patch) =>
        Patch(patch).Apply(Encoding.UTF8.GetBytes(document)).Right();

    static JsonPatch Patch(string text)
    {
        using var json = JsonDocument.Parse(text);
        return JsonPatch.Parse(json.RootElement).Right();
    }
}
