using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>What an HTTP/2 response, or the lack of one, means as a gRPC status.</summary>
internal static class StatusOf
{
    private const string NoMessage = "The server says OK and sends no message.";

    /// <summary>The status a response has with its headers alone; null: a body and trailers are to be read.</summary>
    public static Status? Headers(HttpResponseMessage response)
    {
        // A status the server states is worth more than any that is concluded.
        if (Stated(response.Headers) is { } stated)
            return stated.StatusCode == StatusCode.OK
                ? new Status(StatusCode.Internal, NoMessage)
                : stated;
        if (response.StatusCode != HttpStatusCode.OK)
            return new Status(HttpCode(response.StatusCode), $"HTTP status {(int)response.StatusCode} instead of gRPC.");
        if (response.Version.Major < 2)
            return new Status(StatusCode.Internal, $"The answer came over HTTP/{response.Version}.");
        var type = response.Content.Headers.ContentType?.MediaType;
        return string.Equals(type, "application/grpc", StringComparison.OrdinalIgnoreCase) || type?.StartsWith("application/grpc+", StringComparison.OrdinalIgnoreCase) == true
            ? null
            : new Status(StatusCode.Unknown, $"Content type '{type}' instead of application/grpc.");
    }

    /// <summary>The status after the body: the server's failure, else the body's fault, else OK.</summary>
    public static Status Trailers(HttpResponseHeaders trailers, ResponseFrame frame)
    {
        var stated = Stated(trailers);
        if (stated is { StatusCode: not StatusCode.OK } failure)
            return failure;
        if (frame.Fault is { } fault)
            return fault;
        if (stated is null)
            return new Status(StatusCode.Unknown, "The response ended without a grpc-status.");
        return frame.HasMessage ? stated.Value : new Status(StatusCode.Internal, NoMessage);
    }

    /// <summary>The status when no response came, or it broke off.</summary>
    public static Status Exception(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException reset)
                return new Status(ResetCode(reset.ErrorCode), reset.Message, error);
        }

        return error switch
        {
            RpcException call => call.Status,
            OperationCanceledException { InnerException: TimeoutException } =>
                new Status(StatusCode.Unavailable, "The HTTP client's own time-out passed.", error),
            OperationCanceledException => new Status(StatusCode.Cancelled, "The request was cancelled.", error),
            HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError } =>
                new Status(StatusCode.Internal, error.Message, error),
            HttpRequestException or IOException or SocketException =>
                new Status(StatusCode.Unavailable, error.Message, error),
            _ => new Status(StatusCode.Internal, $"{error.GetType().Name}: {error.Message}", error),
        };
    }

    private static Status? Stated(HttpResponseHeaders headers)
    {
        if (HeaderMetadata.Text(headers, "grpc-status") is not { } number)
            return null;
        var detail = GrpcMessage.Decode(HeaderMetadata.Text(headers, "grpc-message") ?? "");
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && code <= (int)StatusCode.Unauthenticated
                ? new Status((StatusCode)code, detail)
                : new Status(StatusCode.Unknown, $"grpc-status '{number}' is not known. {detail}".TrimEnd());
    }

    // The table of the gRPC document "HTTP to gRPC Status Code Mapping".
    private static StatusCode HttpCode(HttpStatusCode code) => code switch
    {
        HttpStatusCode.BadRequest => StatusCode.Internal,
        HttpStatusCode.Unauthorized => StatusCode.Unauthenticated,
        HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
        HttpStatusCode.NotFound => StatusCode.Unimplemented,
        HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
            or HttpStatusCode.GatewayTimeout => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    // The table "Errors" of the gRPC document "gRPC over HTTP2"; the numbers are HTTP/2's error codes.
    private static StatusCode ResetCode(long http2ErrorCode) => http2ErrorCode switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
