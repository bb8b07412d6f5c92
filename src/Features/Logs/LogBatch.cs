using System.Text;
using Hobom.Slices.Core;

namespace Hobom.Slices.Logs;

/// <summary>A log object as it stands in an array (UTF-8).</summary>
public readonly record struct EncodedLog(EventId Id, byte[] Json);

/// <summary>What bounds one array.</summary>
/// <param name="RecordBytes">Of the whole record: key, value, headers and what frames them.</param>
public sealed record LogBatchLimits(int RecordBytes, int Events)
{
    /// <summary>A failure of one record befalls all its events, and each becomes a letter: large, but not boundless.</summary>
    public const int DefaultEvents = 1000;

    /// <param name="topicBytes">The largest record that the topic takes; null where nobody knows.</param>
    public LogBatchLimits Within(int? topicBytes) => topicBytes < RecordBytes ? this with { RecordBytes = topicBytes.Value } : this;
}

/// <summary>Splits a poll's logs into arrays that fit into a record. Pure.</summary>
public static class LogBatch
{
    /// <summary>
    /// More than enough for what goes with a record's key, value and own headers: the batch's head (61 bytes), the
    /// record's lengths (36), its type, trace and duplicate headers (under 140).
    /// </summary>
    public const int FramingBytes = 256;

    /// <summary>An event's header: its name, its value and their lengths (2 bytes each for an id of up to 1 KiB).</summary>
    const int HeaderBytes = 8 + 4;

    /// <summary>
    /// Greedy: an array ends where the next log would pass a limit. Every log is in exactly one array, in order. A log
    /// that passes the byte limit alone is an array of its own: whether it is too large is the publisher's to say.
    /// </summary>
    /// <param name="logs">Taken only as the arrays are asked for.</param>
    /// <param name="keyBytes">Of the records' key.</param>
    public static IEnumerable<IReadOnlyList<EncodedLog>> Split(
        IEnumerable<EncodedLog> logs, int keyBytes, LogBatchLimits limits)
    {
        // The array's own two brackets, less the comma that its first log does not have.
        var emptyBytes = FramingBytes + keyBytes + 2 - 1;
        var batch = new List<EncodedLog>();
        var bytes = emptyBytes;
        foreach (var log in logs)
        {
            var added = 1 + log.Json.Length + HeaderBytes + Encoding.UTF8.GetByteCount(log.Id.Value);
            if (batch.Count > 0 && (batch.Count >= limits.Events || bytes + added > limits.RecordBytes))
            {
                yield return batch;
                batch = [];
                bytes = emptyBytes;
            }

            batch.Add(log);
            bytes += added;
        }

        if (batch.Count > 0) yield return batch;
    }
}
