using System.Text.Json;
using Hobom.Slices.Core;

namespace Hobom.Slices.Space;

/// <summary>Whether an edited value may go out to <c>hobom.space-events</c>.</summary>
public static class SpacePayloadCheck
{
    public static string? Fault(ReadOnlyMemory<byte> value) => ValueShape.Check(value, Fault);

    static string? Fault(JsonElement value) =>
        SpaceRecord.Shape.Fault(value)
        ?? (value.GetProperty("pageId").TryGetInt64(out _) ? null : "the space event's pageId is not a whole number");
}
