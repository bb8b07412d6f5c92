using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Hobom.Slices.Page.Serving;

/// <summary>One file of the page: as it is, and packed once for all who ask.</summary>
public sealed class PageFile(string name, byte[] content)
{
    readonly Lazy<byte[]> brotli = new(() => Pack(content, packed => new BrotliStream(packed, CompressionLevel.SmallestSize)));
    readonly Lazy<byte[]> gzip = new(() => Pack(content, packed => new GZipStream(packed, CompressionLevel.SmallestSize)));

    public string Name => name;

    public ReadOnlyMemory<byte> Content => content;

    public string ContentType { get; } = TypeOf(Path.GetExtension(name));

    /// <summary>Changes with the content; an entity tag names the packing too.</summary>
    public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8));

    /// <param name="accepted">The request's <c>Accept-Encoding</c>.</param>
    /// <returns>The bytes, and how they are packed; null for not at all.</returns>
    public (ReadOnlyMemory<byte> Bytes, string? Encoding) PackedFor(string accepted)
    {
        _ = StringWithQualityHeaderValue.TryParseList([accepted], out var wanted);
        bool Takes(string name) => wanted?.Any(w => w.Quality != 0 && w.Value.Equals(name, StringComparison.OrdinalIgnoreCase)) is true;
        return Takes("br") ? (brotli.Value, "br") : Takes("gzip") ? (gzip.Value, "gzip") : (content, null);
    }

    static byte[] Pack(byte[] content, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var packing = packer(packed)) packing.Write(content);
        return packed.ToArray();
    }

    static string TypeOf(string extension) => extension switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new ArgumentException($"what is a {extension}?"),
    };
}
