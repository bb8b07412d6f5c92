using FluentValidation.Results;
using Microsoft.AspNetCore.Http;

namespace FastEndpoints;

/// <summary>What a send method returns, so that a handler may return it in turn.</summary>
public readonly record struct Void;

/// <summary>The target of extension methods that add ways to send.</summary>
public interface IResponseSender
{
    HttpContext HttpContext { get; }

    List<ValidationFailure> ValidationFailures { get; }
}

/// <summary>The ways an endpoint answers. A call without a token takes the request's own.</summary>
public sealed class ResponseSender<TRequest, TResponse> : IResponseSender where TRequest : notnull
{
    readonly Endpoint<TRequest, TResponse> endpoint;

    internal ResponseSender(Endpoint<TRequest, TResponse> endpoint) => this.endpoint = endpoint;

    public HttpContext HttpContext => endpoint.HttpContext;

    public List<ValidationFailure> ValidationFailures => endpoint.ValidationFailures;

    public Task<Void> ResponseAsync(TResponse response, int statusCode = 200, CancellationToken cancellation = default)
    {
        endpoint.Response = response;
        return Sent(HttpContext.Response.SendAsync(response, statusCode, cancellation: cancellation));
    }

    public Task<Void> OkAsync(TResponse response, CancellationToken cancellation = default) =>
        ResponseAsync(response, StatusCodes.Status200OK, cancellation);

    public Task<Void> OkAsync(CancellationToken cancellation = default) => Status(StatusCodes.Status200OK, cancellation);

    public Task<Void> NoContentAsync(CancellationToken cancellation = default) =>
        Status(StatusCodes.Status204NoContent, cancellation);

    public Task<Void> NotFoundAsync(CancellationToken cancellation = default) =>
        Status(StatusCodes.Status404NotFound, cancellation);

    public Task<Void> UnauthorizedAsync(CancellationToken cancellation = default) =>
        Status(StatusCodes.Status401Unauthorized, cancellation);

    public Task<Void> ForbiddenAsync(CancellationToken cancellation = default) =>
        Status(StatusCodes.Status403Forbidden, cancellation);

    public Task<Void> ErrorsAsync(int statusCode = 400, CancellationToken cancellation = default) =>
        Sent(HttpContext.Response.SendErrorsAsync(ValidationFailures, statusCode, cancellation: cancellation));

    public Task<Void> StringAsync(
        string content, int statusCode = 200, string contentType = "text/plain; charset=utf-8", CancellationToken cancellation = default) =>
        Sent(HttpContext.Response.SendTextAsync(content, statusCode, contentType, cancellation));

    public Task<Void> BytesAsync(
        byte[] bytes, string? fileName = null, string contentType = "application/octet-stream",
        DateTimeOffset? lastModified = null, bool enableRangeProcessing = false, CancellationToken cancellation = default) =>
        ResultAsync(TypedResults.Bytes(bytes, contentType, fileName, enableRangeProcessing, lastModified));

    public Task<Void> ResultAsync(IResult result)
    {
        HttpContext.MarkResponseStart();
        return Sent(result.ExecuteAsync(HttpContext));
    }

    Task<Void> Status(int statusCode, CancellationToken cancellation) =>
        Sent(HttpContext.Response.SendStatusAsync(statusCode, cancellation));

    static async Task<Void> Sent(Task sending)
    {
        await sending;
        return default;
    }
}
