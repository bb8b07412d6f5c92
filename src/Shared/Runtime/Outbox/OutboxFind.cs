using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Grpc;
using LanguageExt;

namespace Hobom.Slices.Runtime.Outbox;

/// <summary>
/// Asks an outbox for all its PENDING rows and gives them part by part, as they arrive and as the caller takes them: a backlog
/// of any size needs the room of two parts, and its first rows are on their way before its last are here.
/// </summary>
public static class OutboxFind
{
    /// <summary>So many that what a part costs by itself is little beside its rows.</summary>
    const int PartRows = 8192;

    /// <summary>Of the first part: nothing goes out before it is here.</summary>
    const int FirstRows = 512;

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
        var answer = backend.BeginReading(find, request, LongestReading + GrpcBackend.FindDeadline, stopping);
        var next = ReadPartAsync(answer, read, FirstRows);
        try
        {
            while (true)
            {
                var part = await next;
                if (part.Failure is { } failure)
                {
                    if (part.Rows.Count > 0) yield return new FoundRows<TRow>(part.Rows, RowsBeyond.ToFollow);
                    yield return failure;
                    yield break;
                }

                var rest = part.IsLast ? RowsBeyond.None
                    : answer.Elapsed >= LongestReading ? RowsBeyond.NextVisit
                    : RowsBeyond.ToFollow;
                // While this one goes out: else all would be done with it before the next is here.
                if (rest is RowsBeyond.ToFollow) next = ReadPartAsync(answer, read, PartRows);
                yield return new FoundRows<TRow>(part.Rows, rest);
                if (rest is not RowsBeyond.ToFollow) yield break;
            }
        }
        finally
        {
            answer.Dispose();
            await next;
        }
    }

    static async Task<Part<TRow>> ReadPartAsync<TRow>(AnswerReading answer, Func<byte[], IReadOnlyList<TRow>> read, int most)
    {
        var rows = new List<TRow>();
        var bytes = 0L;
        while (rows.Count < most && bytes < PartBytes)
        {
            var heard = await answer.NextAsync(Taken);
            if (!heard.TryGetRight(out var more, out var failure)) return new Part<TRow>(rows, IsLast: true, failure);
            if (more.IsNone) return new Part<TRow>(rows, IsLast: true, null);
        }

        return new Part<TRow>(rows, IsLast: false, null);

        Unit Taken(byte[] piece)
        {
            bytes += piece.Length;
            rows.AddRange(read(piece));
            return Unit.Default;
        }
    }

    /// <param name="Failure">Ends the answer; the rows came before it.</param>
    sealed record Part<TRow>(IReadOnlyList<TRow> Rows, bool IsLast, CallFailure? Failure);
}
