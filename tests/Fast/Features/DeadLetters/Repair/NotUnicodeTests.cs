using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.Law;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Space;

namespace Hobom.Slices.Tests.Fast.DeadLetters.Repair;

/// <summary>JSON, or nearly, in whose names and texts anything can stand: halves of surrogate pairs, bytes that are no UTF-8.</summary>
public sealed record HostileJson(byte[] Bytes)
{
    public override string ToString() => Encoding.Latin1.GetString(Bytes);
}

/// <summary>Whatever a payload or a patch holds, it is answered in words and never by an exception.</summary>
[Properties(Arbitrary = [typeof(NotUnicodeTests)], MaxTest = 1000)]
public sealed class NotUnicodeTests
{
    static readonly string[] Texts =
    [
        "a", "", "op", "add", "path", "/a", "title", "eventId", "changes",
        @"\ud83d", @"\ude00", @"\ud83d\ude00", @"\u0000", "\u00fc", "\u00ed\u00a0\u0080", "~", "/",
    ];

    static readonly JsonPatch[] Patches =
    [
        Patch("""[{"op":"add","path":"/a","value":1}]"""),
        Patch("""[{"op":"copy","from":"/a","path":"/title"}]"""),
        Patch("""[{"op":"test","path":"/a","value":{"a":"a"}},{"op":"remove","path":"/a"}]"""),
        Patch("""[{"op":"move","from":"/a","path":"/a~1"}]"""),
        Patch("""[{"op":"replace","path":"","value":{}}]"""),
    ];

    public static Arbitrary<HostileJson> Documents() =>
        Value(3).Select(text => new HostileJson(Encoding.Latin1.GetBytes(text))).ToArbitrary();

    [Property]
    public void A_patch_that_applies_leaves_Unicode_behind(HostileJson document)
    {
        foreach (var patch in Patches) patch.Apply(document.Bytes).IfRight(patched => Assert.True(JsonText.IsUnicode(patched)));
    }

    [Property]
    public void Anything_is_a_patch_or_is_not(HostileJson document)
    {
        using var json = Parsed(document);
        if (json is not null) JsonPatch.Parse(json.RootElement).IfRight(patch => patch.Apply("{}"u8.ToArray()));
    }

    [Property]
    public void What_a_flow_takes_is_Unicode(HostileJson document)
    {
        foreach (var rules in (Runtime.PayloadRules[])[LawSlice.Payloads, SpaceSlice.Payloads])
        {
            foreach (var heldRow in (bool[])[true, false])
                rules.ValueOf(document.Bytes, "a", heldRow).IfRight(value => Assert.True(JsonText.IsUnicode(value.Span)));
        }

        if (MessagePayloadCheck.Fault(document.Bytes) is null || LogPayloadCheck.Fault(document.Bytes) is null)
            Assert.True(JsonText.IsUnicode(document.Bytes));
    }

    [Property]
    public void Every_other_reader_answers_too(HostileJson document, HostileJson other)
    {
        JsonDiff.Of(document.Bytes, other.Bytes);
        LetterRecordText.Parse(document.Bytes);
        LawPayloadText.Parse(document.Bytes);
        Assert.True(JsonText.IsUnicode(JsonMask.Mask(Visibility.Names, document.Bytes).Span));
    }

    static JsonDocument? Parsed(HostileJson document)
    {
        try
        {
            return JsonDocument.Parse(document.Bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static JsonPatch Patch(string text)
    {
        using var json = JsonDocument.Parse(text);
        return JsonPatch.Parse(json.RootElement).Right();
    }

    static Gen<string> Text =>
        Gen.OneOf(Gen.Elements(Texts), Gen.Elements(Texts).ListOf(2).Select(string.Concat)).Select(text => $"\"{text}\"");

    static Gen<string> Member(int depth) => from name in Text from value in Value(depth) select $"{name}:{value}";

    static Gen<string> Value(int depth) => depth == 0
        ? Gen.OneOf(Text, Gen.Elements("1", "null", "true"))
        : Gen.OneOf(
            Text,
            Value(depth - 1).ListOf(2).Select(items => $"[{string.Join(',', items)}]"),
            Member(depth - 1).ListOf(2).Select(members => $"{{{string.Join(',', members)}}}"));
}
