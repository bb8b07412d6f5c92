using System.Text.Json;
using Hobom.Slices.Core;

namespace Hobom.Slices.Law;

/// <summary>Whether study material may be made of an edited law change.</summary>
public static class LawPayloadCheck
{
    public static string? Fault(ReadOnlyMemory<byte> value) =>
        ValueShape.Check(value, Fault)
        ?? LawPayloadText.Parse(value).MatchUnsafe<string?>(Right: LawDecisions.Fault, Left: fault => fault.Message);

    static string? Fault(JsonElement value)
    {
        if (LawRecord.Shape.Fault(value) is { } fault) return fault;
        var place = 0;
        foreach (var change in value.GetProperty("changes").EnumerateArray())
        {
            place++;
            if (LawRecord.Change.Fault(change, $"article change {place}") is { } inside) return inside;
        }

        return null;
    }
}
