using System.Text.Json;
using Hobom.Slices.Core;

namespace Hobom.Slices.Logs;

/// <summary>
/// Whether an edited value may go out to <c>hobom.logs</c>: an array of the one log that the letter is about. Values that
/// the consumers do not know yet are let through, as they are from a row: such an array goes out alone.
/// </summary>
public static class LogPayloadCheck
{
    public static string? Fault(ReadOnlyMemory<byte> value) => ValueShape.Check(value, Fault);

    static string? Fault(JsonElement value) =>
        value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != 1 ? "the payload is not an array of one log"
        : LogRecord.Shape.Fault(value[0]) is { } fault ? fault
        : value[0].GetProperty("statusCode").TryGetInt32(out _) ? null
        : "the log's statusCode is not a whole number";
}
