using System.Text.Json;
using Hobom.Slices.Core;

namespace Hobom.Slices.Law;

/// <summary>Whether study material may be made of an edited law change.</summary>
public static class LawPayloadCheck
{
    static readonly ShapeField[] Fields = [new("diffId"), new("changes", JsonValueKind.Array)];
    static readonly ShapeField[] ChangeFields = [new("articleNo"), new("changeType"), new("before"), new("after")];

    public static string? Fault(ReadOnlyMemory<byte> value) =>
        ValueShape.Check(value, Fault)
        ?? LawPayloadText.Parse(value).MatchUnsafe<string?>(Right: LawDecisions.Fault, Left: fault => fault.Message);

    static string? Fault(JsonElement value)
    {
        if (ValueShape.Fault(value, "the law change", Fields) is { } fault) return fault;
        var place = 0;
        foreach (var change in value.GetProperty("changes").EnumerateArray())
        {
            place++;
            if (ValueShape.Fault(change, $"article change {place}", ChangeFields) is { } inside) return inside;
        }

        return null;
    }
}
