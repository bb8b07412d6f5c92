using Grpc.Core;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Grpc;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Grpc;

public sealed class GrpcFailuresTests
{
    /// <summary>The client says INTERNAL of a server that it does not trust; a backend says so of a save that failed.</summary>
    [Theory]
    [InlineData(HttpRequestError.SecureConnectionError, CallFailureKind.Unavailable)]
    [InlineData(HttpRequestError.ConnectionError, CallFailureKind.Unavailable)]
    [InlineData(HttpRequestError.NameResolutionError, CallFailureKind.Unavailable)]
    [InlineData(HttpRequestError.ResponseEnded, CallFailureKind.Internal)]
    [InlineData(null, CallFailureKind.Internal)]
    public void Internal_without_a_connection_is_no_answer_of_the_backend(HttpRequestError? error, CallFailureKind kind)
    {
        var cause = error is { } known ? new HttpRequestException(known) : null;
        var refused = new RpcException(new Status(StatusCode.Internal, "Error starting gRPC call.", cause));
        Assert.Equal(kind, GrpcFailures.Of(refused, stopping: false).Kind);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, CallFailureKind.Unavailable)]
    [InlineData(StatusCode.Aborted, CallFailureKind.Unavailable)]
    [InlineData(StatusCode.DeadlineExceeded, CallFailureKind.DeadlineExceeded)]
    [InlineData(StatusCode.Unknown, CallFailureKind.Unknown)]
    [InlineData(StatusCode.Unauthenticated, CallFailureKind.Unauthenticated)]
    [InlineData(StatusCode.PermissionDenied, CallFailureKind.PermissionDenied)]
    [InlineData(StatusCode.NotFound, CallFailureKind.NotFound)]
    [InlineData(StatusCode.FailedPrecondition, CallFailureKind.InvalidArgument)]
    [InlineData(StatusCode.ResourceExhausted, CallFailureKind.ResourceExhausted)]
    [InlineData(StatusCode.Unimplemented, CallFailureKind.Unimplemented)]
    [InlineData(StatusCode.DataLoss, CallFailureKind.Internal)]
    public void Each_status_of_a_backend_has_its_kind(StatusCode code, CallFailureKind kind) =>
        Assert.Equal(kind, GrpcFailures.Of(new RpcException(new Status(code, "said")), stopping: false).Kind);
}
