using Google.Protobuf;
using Grpc.Core;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Grpc;

/// <summary>
/// A call whose answer is read piece by piece (<see cref="MessageParts"/>), each when it is asked for: what was not asked for waits
/// at the backend. It begins with the first question, and ends when it is disposed of.
/// </summary>
/// <param name="silence">The longest wait for a piece.</param>
sealed class AnswerReading(
    Func<AsyncServerStreamingCall<byte[]>> begin, TimeSpan silence, TimeProvider clock, CancellationToken stopping)
    : IDisposable
{
    AsyncServerStreamingCall<byte[]>? call;
    long begunAt;
    bool any;

    /// <summary>Since it began.</summary>
    public TimeSpan Elapsed => call is null ? TimeSpan.Zero : clock.GetElapsedTime(begunAt);

    /// <param name="read">
    /// The pieces are messages that merge to the answer. An <see cref="InvalidProtocolBufferException"/> is an answer that cannot be read.
    /// </param>
    /// <returns>None at the end of the answer. A failure ends it.</returns>
    public async Task<Either<CallFailure, Option<T>>> NextAsync<T>(Func<byte[], T> read)
    {
        try
        {
            call ??= Begin();
            var pieces = call.ResponseStream;
            if (await pieces.MoveNext(CancellationToken.None).WaitAsync(silence, clock, CancellationToken.None))
            {
                any = true;
                return Option<T>.Some(read(pieces.Current));
            }

            return any ? Option<T>.None : new CallFailure(CallFailureKind.Internal, "the answer has no message");
        }
        catch (Exception failed) when (GrpcFailures.Of(failed, stopping) is { } failure)
        {
            return failure;
        }
        catch (TimeoutException)
        {
            return new CallFailure(CallFailureKind.DeadlineExceeded, $"nothing came for {Durations.Format(silence)}");
        }
        catch (InvalidProtocolBufferException unreadable)
        {
            return new CallFailure(CallFailureKind.Internal, $"the answer cannot be read: {unreadable.Message}");
        }
    }

    public void Dispose() => call?.Dispose();

    AsyncServerStreamingCall<byte[]> Begin()
    {
        begunAt = clock.GetTimestamp();
        return begin();
    }
}
