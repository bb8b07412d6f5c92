namespace Hobom.Slices.Core;

/// <summary>How a call to a backend failed, in the words of its status.</summary>
public enum CallFailureKind
{
    /// <summary>No connection, or the backend said that it cannot serve now.</summary>
    Unavailable,

    /// <summary>No answer in time: the call may have been applied.</summary>
    DeadlineExceeded,

    /// <summary>UNKNOWN: the main backend's answer to every exception, a wrong key included. Worth another try.</summary>
    Unknown,

    Unauthenticated,
    PermissionDenied,
    NotFound,
    InvalidArgument,
    ResourceExhausted,

    /// <summary>The answer was larger than this process accepts.</summary>
    TooLarge,

    /// <summary>INTERNAL, and whatever else a backend may say.</summary>
    Internal,

    Unimplemented,

    /// <summary>The caller gave up: this process is stopping.</summary>
    Cancelled,
}

/// <summary>A call that did not answer OK.</summary>
/// <param name="Detail">The status text; never a secret of ours, but a neighbour's words all the same.</param>
/// <param name="RetryAfter">The neighbour's own wish, where it sent one.</param>
public sealed record CallFailure(CallFailureKind Kind, string Detail, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether the same call may succeed later without anybody changing anything.</summary>
    public bool IsTransient => Kind is CallFailureKind.Unavailable or CallFailureKind.DeadlineExceeded
        or CallFailureKind.Unknown or CallFailureKind.ResourceExhausted or CallFailureKind.Internal;

    public override string ToString() => $"{Kind}: {Detail}";
}

/// <summary>A row after it was marked.</summary>
public enum MarkOutcome
{
    Marked,

    /// <summary>The backend has no such row any more (it deletes old ones): nothing is left to settle.</summary>
    NoSuchRow,
}
