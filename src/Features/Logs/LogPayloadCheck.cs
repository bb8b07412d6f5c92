using System.Text.Json;
using Hobom.Slices.Core;

namespace Hobom.Slices.Logs;

/// <summary>
/// Whether an edited value may go out to <c>hobom.logs</c>: an array of the one log that the letter is about. Values that
/// the consumers do not know yet are let through, as they are from a row: such an array goes out alone.
/// </summary>
public static class LogPayloadCheck
{
    static readonly ShapeField[] Fields =
    [
        new("serviceType"), new("level"), new("traceId"), new("message"), new("httpMethod"),
        new("path", Optional: true), new("statusCode", JsonValueKind.Number), new("host"), new("userId"),
        new("payload", JsonValueKind.Object, Optional: true),
    ];

    public static string? Fault(ReadOnlyMemory<byte> value) => ValueShape.Check(value, Fault);

    static string? Fault(JsonElement value) =>
        value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 1 ? "the payload is not an array of one log"
        : ValueShape.Fault(value[0], "the log", Fields) is { } fault ? fault
        : value[0].GetProperty("statusCode").TryGetInt32(out _) ? null
        : "the log's statusCode is not a whole number";
}
