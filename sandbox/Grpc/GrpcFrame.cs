using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace Hobom.Slices.Sandbox.Grpc;

/// <summary>One message on the wire: a compression flag, its length as four bytes big-endian, its bytes.</summary>
public static class GrpcFrame
{
    public const int PrefixBytes = 5;

    public static byte[] Write(IMessage message)
    {
        var frame = new byte[PrefixBytes + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - PrefixBytes);
        message.WriteTo(frame.AsSpan(PrefixBytes));
        return frame;
    }

    /// <summary>The bytes of the one message in a body, or null where the body is anything else.</summary>
    public static byte[]? Read(byte[] body) =>
        body.Length >= PrefixBytes && body[0] == 0
        && BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) == (uint)(body.Length - PrefixBytes)
            ? body[PrefixBytes..]
            : null;

    /// <summary>A status text as a header may carry it: control characters, non-ASCII and % percent-encoded.</summary>
    public static string EncodeDetail(string detail)
    {
        var encoded = new StringBuilder(detail.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(detail))
            _ = octet is >= 0x20 and < 0x7f and not (byte)'%' ? encoded.Append((char)octet) : encoded.Append($"%{octet:X2}");
        return encoded.ToString();
    }
}
