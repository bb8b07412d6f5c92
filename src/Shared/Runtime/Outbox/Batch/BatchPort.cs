using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Outbox.Batch;

/// <summary>A claim's answer beside its rows.</summary>
/// <param name="Token">Empty where there are no rows.</param>
/// <param name="Lease">Granted, from before the backend was asked.</param>
sealed record ClaimedPage(string Token, TimeSpan Lease, bool IsComplete);

/// <summary>The batch contract of one backend for one event type. Each call has a deadline of its own.</summary>
/// <param name="Claim">
/// At most so many rows. Hands the answer's bytes to the reader, in one or several parts, with the rows in field 1; what that throws is an
/// answer that cannot be read.
/// </param>
/// <param name="Renew">The lease that was granted; zero where it had ended.</param>
/// <param name="Mark">One answer for each mark, in their order. Left: the call failed, and any of them may have been applied.</param>
/// <param name="Release">Gives back what is still PENDING.</param>
sealed record BatchPort(
    Func<int, Action<byte[]>, CancellationToken, Task<Either<CallFailure, ClaimedPage>>> Claim,
    Func<string, Task<Either<CallFailure, TimeSpan>>> Renew,
    Func<string, IReadOnlyList<PageMark>, Task<Either<CallFailure, IReadOnlyList<PageMarkEnd>>>> Mark,
    Func<string, Task<Either<CallFailure, Unit>>> Release);

/// <summary>What a page's token did to one row.</summary>
enum PageMarkEnd
{
    /// <summary>It is marked so, now or since before.</summary>
    Marked,

    /// <summary>Another token has the row.</summary>
    Stale,

    NoSuchRow,
}
