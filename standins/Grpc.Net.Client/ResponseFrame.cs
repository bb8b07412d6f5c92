using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The one message of a response, or the fault that its body has.</summary>
internal sealed class ResponseFrame : DeserializationContext
{
    private const int SegmentBytes = 1024 * 1024;

    private readonly ReadOnlySequence<byte> payload;

    private ResponseFrame(ReadOnlySequence<byte> payload)
    {
        this.payload = payload;
        HasMessage = true;
    }

    private ResponseFrame()
    {
    }

    private ResponseFrame(StatusCode code, string detail) => Fault = new Status(code, detail);

    /// <summary>False for an empty body, too, which is what a failure usually has.</summary>
    public bool HasMessage { get; }

    /// <summary>What is wrong with the body.</summary>
    public Status? Fault { get; }

    public override int PayloadLength => (int)payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => payload;

    /// <summary>Reads to the body's end, because the trailers come after it; on most faults it stops before.</summary>
    public static async ValueTask<ResponseFrame> ReadAsync(
        Stream body, int? limitBytes, string? encoding, CancellationToken token)
    {
        var prefix = new byte[RequestFrame.PrefixLength];
        var got = await body.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, token);
        if (got == 0)
            return new ResponseFrame();
        if (got < prefix.Length)
            return Truncated();
        if (prefix[0] == 1 && encoding is not (null or "identity"))
            return new ResponseFrame(StatusCode.Unimplemented, $"Responses compressed with {encoding} are not understood.");
        if (prefix[0] != 0)
            return new ResponseFrame(StatusCode.Internal, $"Compression flag {prefix[0]} without a grpc-encoding.");

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > (limitBytes ?? Array.MaxLength))
            return new ResponseFrame(
                StatusCode.ResourceExhausted, $"The response has {length} bytes; the limit is {limitBytes}.");
        if (await ReadPayloadAsync(body, (int)length, token) is not { } payload)
            return Truncated();
        return await body.ReadAsync(prefix, token) == 0
            ? new ResponseFrame(payload)
            : new ResponseFrame(StatusCode.Internal, "The response holds more than one message.");
    }

    /// <summary>
    /// Memory is taken as the bytes come, a segment at a time, and no byte is copied twice: a length that lies costs
    /// one segment. Null: the body ended first.
    /// </summary>
    private static async ValueTask<ReadOnlySequence<byte>?> ReadPayloadAsync(
        Stream body, int length, CancellationToken token)
    {
        if (length == 0)
            return ReadOnlySequence<byte>.Empty;
        Segment? first = null;
        Segment? last = null;
        for (var left = length; left > 0; left -= last.Memory.Length)
        {
            var bytes = GC.AllocateUninitializedArray<byte>(Math.Min(left, SegmentBytes));
            if (await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, token) < bytes.Length)
                return null;
            last = new Segment(bytes, last);
            first ??= last;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private static ResponseFrame Truncated() => new(StatusCode.Internal, "The response ends inside its message.");

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? previous)
        {
            Memory = bytes;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
