using System.Buffers;
using System.Buffers.Binary;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The request's body: a byte that says "not compressed", the length in four bytes big-endian, the message.</summary>
internal sealed class RequestFrame : SerializationContext
{
    public const int PrefixLength = 5;

    private ArrayBufferWriter<byte>? buffer;
    private bool complete;

    /// <exception cref="RpcException">The message is larger than the limit, or its marshaller gave up half-way.</exception>
    public static HttpContent Of<T>(T message, Marshaller<T> marshaller, int? limitBytes)
    {
        var frame = new RequestFrame();
        marshaller.ContextualSerializer(message, frame);
        if (!frame.complete)
            throw new RpcException(new Status(StatusCode.Internal, "The marshaller did not complete the message."));
        var length = frame.Buffer.WrittenCount - PrefixLength;
        if (length > limitBytes)
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"The request has {length} bytes; the limit is {limitBytes}."));

        // The writer's memory is a plain array of our own, so the prefix is put in place.
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsMemory(frame.Buffer.WrittenMemory);
        BinaryPrimitives.WriteInt32BigEndian(bytes.Span[1..], length);
        var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        return content;
    }

    private ArrayBufferWriter<byte> Buffer
    {
        get
        {
            if (buffer is null)
                SetPayloadLength(256 - PrefixLength);
            return buffer!;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        buffer = new ArrayBufferWriter<byte>(PrefixLength + payloadLength);
        buffer.GetSpan(PrefixLength)[..PrefixLength].Clear();
        buffer.Advance(PrefixLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => Buffer;

    public override void Complete() => complete = true;

    public override void Complete(byte[] payload)
    {
        SetPayloadLength(payload.Length);
        Buffer.Write(payload);
        complete = true;
    }
}
