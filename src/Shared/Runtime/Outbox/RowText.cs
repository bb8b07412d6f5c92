using System.Text;
using Google.Protobuf;
using LanguageExt;

namespace Hobom.Slices.Runtime.Outbox;

/// <summary>A row as the letter of a refused one holds it: the JSON form of its Protobuf message.</summary>
public static class RowText
{
    public static byte[] Format(IMessage row) => Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(row));

    /// <returns>Left: why the text is no such row.</returns>
    public static Either<string, T> Parse<T>(ReadOnlyMemory<byte> text)
        where T : IMessage<T>, new()
    {
        try
        {
            return JsonParser.Default.Parse<T>(Encoding.UTF8.GetString(text.Span));
        }
        catch (Exception malformed) when (malformed is InvalidProtocolBufferException or InvalidJsonException)
        {
            return $"the row cannot be read: {malformed.Message}";
        }
    }
}
