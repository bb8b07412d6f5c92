using System.Text.Json;
using FluentValidation.Results;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FastEndpoints;

/// <summary>The ways to answer where there is no endpoint at hand, as in a pre-processor.</summary>
public static class HttpResponseExtensions
{
    static readonly object Started = new();

    public static Task SendAsync<TResponse>(
        this HttpResponse rsp, TResponse response, int statusCode = 200, CancellationToken cancellation = default) =>
        SendJsonAsync(rsp, response, statusCode, "application/json", cancellation);

    /// <summary>The failures in the form that <see cref="ErrorOptions.ResponseBuilder"/> gives them.</summary>
    public static Task SendErrorsAsync(
        this HttpResponse rsp, List<ValidationFailure> failures, int statusCode = 400, CancellationToken cancellation = default)
    {
        var config = rsp.HttpContext.RequestServices.GetRequiredService<Config>();
        foreach (var failure in failures)
            failure.PropertyName = config.Serializer.Options.PropertyNamingPolicy?.ConvertName(failure.PropertyName) ?? failure.PropertyName;
        var body = config.Errors.ResponseBuilder(failures, rsp.HttpContext, statusCode);
        return SendJsonAsync(rsp, body, statusCode, config.Errors.ContentType, cancellation);
    }

    public static Task SendUnauthorizedAsync(this HttpResponse rsp, CancellationToken cancellation = default) =>
        rsp.SendStatusAsync(StatusCodes.Status401Unauthorized, cancellation);

    public static Task SendForbiddenAsync(this HttpResponse rsp, CancellationToken cancellation = default) =>
        rsp.SendStatusAsync(StatusCodes.Status403Forbidden, cancellation);

    /// <summary>To be called by every own way to send; the endpoint then sends nothing more.</summary>
    public static void MarkResponseStart(this HttpContext ctx) => ctx.Items[Started] = true;

    public static bool ResponseStarted(this HttpContext ctx) => ctx.Response.HasStarted || ctx.Items.ContainsKey(Started);

    internal static Task SendStatusAsync(this HttpResponse rsp, int statusCode, CancellationToken cancellation)
    {
        rsp.HttpContext.MarkResponseStart();
        rsp.StatusCode = statusCode;
        return rsp.StartAsync(OrAborted(rsp, cancellation));
    }

    internal static Task SendTextAsync(
        this HttpResponse rsp, string content, int statusCode, string contentType, CancellationToken cancellation)
    {
        rsp.HttpContext.MarkResponseStart();
        rsp.StatusCode = statusCode;
        rsp.ContentType = contentType;
        return rsp.WriteAsync(content, OrAborted(rsp, cancellation));
    }

    static async Task SendJsonAsync<T>(HttpResponse rsp, T value, int statusCode, string contentType, CancellationToken cancellation)
    {
        rsp.HttpContext.MarkResponseStart();
        rsp.StatusCode = statusCode;
        rsp.ContentType = contentType;
        var options = rsp.HttpContext.RequestServices.GetRequiredService<Config>().Serializer.Options;
        await JsonSerializer.SerializeAsync(
            rsp.Body, value, value?.GetType() ?? typeof(T), options, OrAborted(rsp, cancellation));
    }

    static CancellationToken OrAborted(HttpResponse rsp, CancellationToken given) =>
        given.CanBeCanceled ? given : rsp.HttpContext.RequestAborted;
}
