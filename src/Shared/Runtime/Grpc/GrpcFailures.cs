using System.Globalization;
using Grpc.Core;
using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Grpc;

/// <summary>A call's status as a typed result.</summary>
static class GrpcFailures
{
    /// <returns>Null for what is no failed call.</returns>
    public static CallFailure? Of(Exception failed, CancellationToken stopping) => failed switch
    {
        RpcException refused => Of(refused, stopping.IsCancellationRequested),
        OperationCanceledException when stopping.IsCancellationRequested =>
            new CallFailure(CallFailureKind.Cancelled, "the process is stopping"),
        ObjectDisposedException => new CallFailure(CallFailureKind.Cancelled, "the connection is closed"),
        _ => null,
    };

    /// <param name="stopping">This process ended the call: else a server that shut down did, which is as good as gone.</param>
    public static CallFailure Of(RpcException refused, bool stopping) =>
        new(KindOf(refused, stopping), DetailOf(refused.Status), RetryAfterOf(refused.Trailers));

    static CallFailureKind KindOf(RpcException refused, bool stopping) => refused.StatusCode switch
    {
        // The client's own words: no call was made. A backend's INTERNAL would say that one was, and failed.
        StatusCode.Internal when IsNoConnection(refused.Status) => CallFailureKind.Unavailable,
        StatusCode.Unavailable or StatusCode.Aborted => CallFailureKind.Unavailable,
        StatusCode.DeadlineExceeded => CallFailureKind.DeadlineExceeded,
        StatusCode.Unknown => CallFailureKind.Unknown,
        StatusCode.Unauthenticated => CallFailureKind.Unauthenticated,
        StatusCode.PermissionDenied => CallFailureKind.PermissionDenied,
        StatusCode.NotFound => CallFailureKind.NotFound,
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.FailedPrecondition
            => CallFailureKind.InvalidArgument,
        // The client's own limit and the server's have one code; only the client's comes without trailers.
        StatusCode.ResourceExhausted when refused.Trailers.Count == 0 && IsOverOurLimit(refused.Status)
            => CallFailureKind.TooLarge,
        StatusCode.ResourceExhausted => CallFailureKind.ResourceExhausted,
        StatusCode.Unimplemented => CallFailureKind.Unimplemented,
        StatusCode.Cancelled => stopping ? CallFailureKind.Cancelled : CallFailureKind.Unavailable,
        _ => CallFailureKind.Internal,
    };

    static bool IsNoConnection(Status status) => status.DebugException is HttpRequestException
    {
        HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError,
    };

    static bool IsOverOurLimit(Status status) =>
        status.Detail.Contains("message", StringComparison.OrdinalIgnoreCase)
        && status.Detail.Contains("size", StringComparison.OrdinalIgnoreCase);

    static string DetailOf(Status status)
    {
        var detail = status.Detail.Length == 0 ? status.StatusCode.ToString() : status.Detail;
        return detail.Length <= 500 ? detail : detail[..500];
    }

    /// <summary><c>retry-after</c> in seconds or <c>grpc-retry-pushback-ms</c> in milliseconds.</summary>
    static TimeSpan? RetryAfterOf(Metadata trailers) =>
        ReadNumber(trailers, "retry-after") is { } seconds ? TimeSpan.FromSeconds(seconds)
        : ReadNumber(trailers, "grpc-retry-pushback-ms") is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds)
        : null;

    static double? ReadNumber(Metadata trailers, string name) =>
        trailers.FirstOrDefault(e => !e.IsBinary && string.Equals(e.Key, name, StringComparison.OrdinalIgnoreCase)) is { } entry
        && double.TryParse(entry.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
        && number is >= 0 and <= 86_400_000
            ? number
            : null;
}
