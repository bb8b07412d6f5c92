using System.Buffers;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hobom.Slices.Core;

namespace Hobom.Slices.Http.Masking;

/// <summary>
/// What of a record is shown to those who may not see all of it: of a value only the fields that a list names, and of those
/// what no detector takes for an address or a secret. Nothing here throws, and the work grows with the size of the
/// input and no faster.
/// </summary>
public static class JsonMask
{
    static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly string[] ShownHeaders =
    [
        RecordHeader.EventId, RecordHeader.EventType, RecordHeader.PossibleDuplicate, RecordHeader.TraceParent,
        "replayed-at", "replay-of", "edited",
    ];

    /// <returns>JSON, whatever came in; of what is no JSON nothing is shown.</returns>
    public static ReadOnlyMemory<byte> Mask(Visibility shown, ReadOnlyMemory<byte> json)
    {
        var masked = new ArrayBufferWriter<byte>(1024);
        try
        {
            using var writer = new Utf8JsonWriter(masked, WriterOptions);
            MaskedJson.Write(json.Span, shown, writer);
            writer.Flush();
            return masked.WrittenMemory;
        }
        catch (JsonException)
        {
            return "\"***\""u8.ToArray();
        }
    }

    /// <summary>Record headers: those that this program writes, and of all others the names.</summary>
    public static IReadOnlyList<RecordHeader> MaskHeaders(IReadOnlyList<RecordHeader> headers) =>
        [.. headers.Select(h => ShownHeaders.Contains(h.Name, StringComparer.Ordinal)
            ? h with { Value = TextMask.MaskCode(h.Value) }
            : new RecordHeader(TextMask.MaskName(h.Name), TextMask.Hidden))];

    internal static string Show(string text, ValueSight sight) => sight switch
    {
        ValueSight.Hidden => TextMask.Hidden,
        ValueSight.Code => TextMask.MaskCode(text),
        ValueSight.Text => TextMask.MaskText(text),
        ValueSight.Path => TextMask.MaskPath(text),
        _ => throw new UnreachableException($"nobody says what is shown of {sight}"),
    };
}
