using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Grpc;
using LanguageExt;

namespace Hobom.Slices.Runtime.Outbox;

/// <summary>
/// Asks an outbox for all its PENDING rows and gives them part by part, as they arrive and as the caller takes them: a backlog
/// of any size needs the room of a part, and its first rows are on their way before its last are here.
/// </summary>
public static class OutboxFind
{
    /// <summary>So many that what a part costs by itself is little beside its rows.</summary>
    public const int PartRows = 8192;

    /// <summary>Of the rows of a part; one more row may go beyond it.</summary>
    const long PartBytes = 8 << 20;

    /// <summary>
    /// So long an answer is worked through: the next visit asks for what is left, and sees what was written meanwhile.
    /// </summary>
    public static readonly TimeSpan LongestReading = TimeSpan.FromMinutes(10);

    /// <returns>Parts until one is not followed by more, or a failure, which is the last: what came before it is good.</returns>
    /// <param name="find">The call, as its proto has it.</param>
    /// <param name="read">
    /// The rows of a piece of the answer. An <see cref="InvalidProtocolBufferException"/> is an answer that cannot be read.
    /// </param>
    public static async IAsyncEnumerable<Either<CallFailure, FoundRows<TRow>>> AskAsync<TRow>(
        GrpcBackend backend, MethodDescriptor find, IMessage request, Func<byte[], IReadOnlyList<TRow>> read,
        [EnumeratorCancellation] CancellationToken stopping)
    {
        using var answer = backend.BeginReading(find, request, LongestReading + GrpcBackend.FindDeadline, stopping);
        var rows = new List<TRow>();
        var bytes = 0L;
        while (true)
        {
            if (!(await answer.NextAsync(Taken)).TryGetRight(out var more, out var failure))
            {
                if (rows.Count > 0) yield return new FoundRows<TRow>(rows, RowsBeyond.ToFollow);
                yield return failure;
                yield break;
            }

            if (more.IsNone)
            {
                yield return new FoundRows<TRow>(rows, RowsBeyond.None);
                yield break;
            }

            if (rows.Count < PartRows && bytes < PartBytes) continue;
            var isLast = answer.Elapsed >= LongestReading;
            yield return new FoundRows<TRow>(rows, isLast ? RowsBeyond.NextVisit : RowsBeyond.ToFollow);
            if (isLast) yield break;
            (rows, bytes) = ([], 0);
        }

        Unit Taken(byte[] piece)
        {
            bytes += piece.Length;
            rows.AddRange(read(piece));
            return Unit.Default;
        }
    }
}
