using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hobom.Slices.Core;

/// <summary>Each thread's own place to write a record in: the writer asks for three times what a text may need.</summary>
static class RecordBuffer
{
    /// <summary>One that a large record has made larger than this is let go of (bytes).</summary>
    const int KeptSize = 64 * 1024;

    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    static Utf8JsonWriter? writer;

    public static byte[] Written(Action<Utf8JsonWriter> write)
    {
        var bytes = buffer ?? new ArrayBufferWriter<byte>(512);
        var json = writer ?? new Utf8JsonWriter(bytes, Options);
        // Not there while it is written to: what throws in the middle, or writes another record, meets a new one.
        (buffer, writer) = (null, null);
        bytes.ResetWrittenCount();
        json.Reset(bytes);
        write(json);
        json.Flush();
        var written = bytes.WrittenSpan.ToArray();
        if (bytes.Capacity <= KeptSize) (buffer, writer) = (bytes, json);
        return written;
    }
}
