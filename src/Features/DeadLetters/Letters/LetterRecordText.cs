using System.Text;
using System.Text.Json;

namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>What stands beside a letter's payload.</summary>
public abstract record RecordReading
{
    RecordReading()
    {
    }

    /// <summary>Nothing: another program has written the letter.</summary>
    public sealed record None : RecordReading
    {
        public static None Instance { get; } = new();
    }

    public sealed record Readable(LetterRecord Record) : RecordReading;

    /// <summary>Of another version, or damaged. Such a letter can be looked at but not replayed.</summary>
    /// <param name="Text">As it was found, as far as it is text and short enough to keep.</param>
    public sealed record Unreadable(string Reason, string? Text) : RecordReading;
}

/// <summary>The stored form of a <see cref="LetterRecord"/>.</summary>
public static class LetterRecordText
{
    const int KeptTextLimit = 16 * 1024;

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] Format(LetterRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(record, LetterRecordJson.Default.LetterRecord);

    public static RecordReading Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return Unreadable("it is no JSON object", text);
            var version = json.RootElement.TryGetProperty("v", out var v) ? v.GetRawText() : "none";
            if (version != $"{LetterRecord.CurrentVersion}")
                return Unreadable($"its version is {(version.Length > 20 ? "unknown" : version)}", text);
            var record = json.RootElement.Deserialize(LetterRecordJson.Default.LetterRecord)!;
            return new RecordReading.Readable(record);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Unreadable("it is damaged", text);
        }
    }

    static RecordReading.Unreadable Unreadable(string what, ReadOnlyMemory<byte> text) =>
        new($"the letter's record cannot be read: {what}", Kept(text));

    static string? Kept(ReadOnlyMemory<byte> text)
    {
        if (text.Length > KeptTextLimit) return null;
        try
        {
            return Strict.GetString(text.Span);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
