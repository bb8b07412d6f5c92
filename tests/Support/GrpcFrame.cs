using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Tests.Support;

/// <summary>The server's end of the gRPC framing.</summary>
internal static class GrpcFrame
{
    private const int PrefixLength = 5;

    public static async Task<byte[]> ReadAsync(Stream body, CancellationToken token)
    {
        var prefix = new byte[PrefixLength];
        await body.ReadExactlyAsync(prefix, token);
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await body.ReadExactlyAsync(message, token);
        return message;
    }

    public static async Task WriteAsync(HttpResponse response, IMessage message)
    {
        var frame = new byte[PrefixLength + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - PrefixLength);
        message.WriteTo(frame.AsSpan(PrefixLength));
        await response.Body.WriteAsync(frame);
    }

    /// <summary>Among the headers while nothing is sent ("trailers only"), else as trailers.</summary>
    public static void WriteStatus(HttpResponse response, Status status, Metadata trailers)
    {
        Append("grpc-status", ((int)status.StatusCode).ToString());
        Append("grpc-message", Escape(status.Detail));
        foreach (var entry in trailers)
            Append(entry.Key, entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value);

        void Append(string name, string value)
        {
            if (response.HasStarted)
                response.AppendTrailer(name, value);
            else
                response.Headers.Append(name, value);
        }
    }

    private static string Escape(string message)
    {
        var escaped = new StringBuilder();
        foreach (var unit in Encoding.UTF8.GetBytes(message))
            _ = unit is >= 0x20 and <= 0x7e and not (byte)'%' ? escaped.Append((char)unit) : escaped.Append($"%{unit:X2}");
        return escaped.ToString();
    }
}
