using System.Buffers.Binary;
using Google.Protobuf;

namespace Hobom.Slices.Runtime.Grpc;

/// <summary>
/// The body of a gRPC answer of one message, with that message in parts that are messages themselves: a Protobuf message that
/// is cut between two of its fields is two messages that merge to it. So the rows of one large answer are read as they arrive,
/// and nobody needs the room of all of it in one piece. What cannot be cut (it is compressed, or no Protobuf) or is larger
/// than may be received goes through as it is: the client says what is wrong with it.
/// </summary>
/// <param name="largest">The largest message that the client takes, in bytes.</param>
sealed class MessageParts(Stream body, int largest) : Stream
{
    /// <summary>A part is larger only where a field alone is. Smaller than what the runtime keeps as a large object.</summary>
    public const int PartBytes = 64 << 10;

    /// <summary>Whether it is compressed, and its length in four bytes.</summary>
    const int FrameBytes = 5;

    /// <summary>The longest beginning of a field: its tag and its length.</summary>
    const int FieldStartBytes = 5 + 10;

    /// <summary>Read and not handed on: from <see cref="from"/> to <see cref="to"/>.</summary>
    readonly byte[] buffer = new byte[PartBytes + FieldStartBytes];
    readonly byte[] frame = new byte[FrameBytes];
    int from;
    int to;
    int frameAt = FrameBytes;
    bool begun;

    /// <summary>Of the part that is being handed on.</summary>
    long partLeft;

    /// <summary>Of the message, behind that part.</summary>
    long messageLeft;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">The body ends in the message, or does not end with it.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        if (destination.Length == 0) return 0;
        while (frameAt == FrameBytes && partLeft == 0)
        {
            if (!await BeginPartAsync(cancellationToken)) return 0;
        }

        if (frameAt < FrameBytes)
        {
            var given = Math.Min(destination.Length, FrameBytes - frameAt);
            frame.AsMemory(frameAt, given).CopyTo(destination);
            frameAt += given;
            return given;
        }

        var taken = await TakeAsync(destination[..(int)Math.Min(destination.Length, partLeft)], cancellationToken);
        partLeft -= taken;
        return taken;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) body.Dispose();
        base.Dispose(disposing);
    }

    /// <returns>False at the end of the body.</returns>
    async ValueTask<bool> BeginPartAsync(CancellationToken cancelled)
    {
        byte compressed = 0;
        if (messageLeft == 0)
        {
            if (!await HasAsync(FrameBytes, cancelled)) return to == from ? false : throw Broken();
            if (begun) throw new InvalidDataException("the answer has more than one message");
            begun = true;
            compressed = buffer[from];
            messageLeft = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(from + 1));
            from += FrameBytes;
        }

        partLeft = compressed == 0 && messageLeft > PartBytes && messageLeft <= largest ? await PartLengthAsync(cancelled) : messageLeft;
        messageLeft -= partLeft;
        frame[0] = compressed;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)partLeft);
        frameAt = 0;
        return true;
    }

    /// <summary>As many whole fields as go into a part, one at least; all that is left where no field can be made out.</summary>
    async ValueTask<long> PartLengthAsync(CancellationToken cancelled)
    {
        long length = 0;
        while (length < messageLeft)
        {
            var start = (int)Math.Min(FieldStartBytes, messageLeft - length);
            if (!await HasAsync((int)length + start, cancelled)) throw Broken();
            if (FieldLength(buffer.AsSpan(from + (int)length, start)) is not { } field || field > messageLeft - length) return messageLeft;
            if (length > 0 && length + field > PartBytes) break;
            length += field;
            if (length > PartBytes) break;
        }

        return length;
    }

    /// <summary>With its tag; null where this begins no field.</summary>
    static long? FieldLength(ReadOnlySpan<byte> start)
    {
        if (Varint(start) is not var (tag, tagBytes)) return null;
        var rest = start[tagBytes..];
        return WireFormat.GetTagWireType((uint)tag) switch
        {
            WireFormat.WireType.Varint => Varint(rest) is var (_, bytes) ? tagBytes + bytes : null,
            WireFormat.WireType.Fixed64 => tagBytes + 8,
            WireFormat.WireType.Fixed32 => tagBytes + 4,
            WireFormat.WireType.LengthDelimited when Varint(rest) is var (length, bytes) && length <= int.MaxValue =>
                tagBytes + bytes + (long)length,
            _ => null,
        };
    }

    static (ulong Value, int Bytes)? Varint(ReadOnlySpan<byte> start)
    {
        ulong value = 0;
        for (var at = 0; at < start.Length && at < 10; at++)
        {
            value |= (ulong)(start[at] & 0x7f) << (7 * at);
            if (start[at] < 0x80) return (value, at + 1);
        }

        return null;
    }

    async ValueTask<int> TakeAsync(Memory<byte> destination, CancellationToken cancelled)
    {
        var taken = Math.Min(destination.Length, to - from);
        if (taken == 0) return await body.ReadAsync(destination, cancelled) is > 0 and var read ? read : throw Broken();
        buffer.AsMemory(from, taken).CopyTo(destination);
        from += taken;
        return taken;
    }

    /// <returns>False where the body ends before so many bytes.</returns>
    async ValueTask<bool> HasAsync(int bytes, CancellationToken cancelled)
    {
        if (to - from >= bytes) return true;
        if (buffer.Length - from < bytes)
        {
            buffer.AsSpan(from, to - from).CopyTo(buffer);
            (from, to) = (0, to - from);
        }

        while (to - from < bytes)
        {
            var read = await body.ReadAsync(buffer.AsMemory(to), cancelled);
            if (read == 0) return false;
            to += read;
        }

        return true;
    }

    static InvalidDataException Broken() => new("the answer ends in the middle of a message");
}
