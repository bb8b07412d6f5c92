using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>A delivery in the client's form: its own headers in their order, then those that each attempt adds.</summary>
static class KafkaRecord
{
    public static Message<byte[], byte[]> Of(Delivery delivery, bool possibleDuplicate, string traceParent)
    {
        var headers = new Headers();
        foreach (var header in delivery.Headers) headers.Add(header.Name, Encoding.UTF8.GetBytes(header.Value));
        headers.Add(RecordHeader.TraceParent, Encoding.UTF8.GetBytes(traceParent));
        // A replay's own headers may say it already.
        if (possibleDuplicate && !headers.TryGetLastBytes(RecordHeader.PossibleDuplicate, out _))
            headers.Add(RecordHeader.PossibleDuplicate, "1"u8.ToArray());
        return new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(delivery.Key),
            Value = Bytes(delivery.Value),
            Headers = headers,
        };
    }

    /// <summary>The array itself where the memory is all of one: the client copies it before Produce returns.</summary>
    static byte[] Bytes(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var part) && part.Array is { } whole
        && part.Offset == 0 && part.Count == whole.Length ? whole : memory.ToArray();
}
