using System.Text;

namespace Hobom.Slices.Streams;

/// <summary>One field as it came: any bytes.</summary>
/// <param name="Text">Null where the bytes are no UTF-8.</param>
public sealed record EntryField(string Name, ReadOnlyMemory<byte> Bytes, string? Text)
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static EntryField Of(string name, ReadOnlyMemory<byte> bytes) => new(name, bytes, TextOf(bytes.Span));

    public static EntryField Of(string name, string text) => new(name, Encoding.UTF8.GetBytes(text), text);

    static string? TextOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

/// <summary>An entry of a stream as read.</summary>
/// <param name="Fields">In the order written; where a name is there twice, the last one counts.</param>
public sealed record StreamEntry(string Stream, EntryId Id, IReadOnlyList<EntryField> Fields)
{
    public const string TypeField = "type";

    public string? Type => Text(TypeField);

    /// <summary>Null where the field is missing or no UTF-8.</summary>
    public string? Text(string name) => Field(name)?.Text;

    public EntryField? Field(string name) => Fields.LastOrDefault(f => f.Name == name);
}
