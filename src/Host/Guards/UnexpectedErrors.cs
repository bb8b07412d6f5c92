using Hobom.Slices.Http;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Host.Guards;

/// <summary>Answers what nobody answered: the caller gets an id to name, the log gets the exception.</summary>
static class UnexpectedErrors
{
    public static async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone.
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            await ErrorAnswer.WriteAsync(http, bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? RequestRules.TooLarge(http)
                : "the request cannot be read");
        }
        catch (Exception unexpected) when (!http.Response.HasStarted)
        {
            LogOf(http).LogError(
                LogEvents.Named("request.failed"), unexpected, "{Method} {Path} failed", http.Request.Method,
                TextMask.MaskText(http.Request.Path));
            await ErrorAnswer.WriteAsync(http, StatusCodes.Status500InternalServerError, "internal error");
        }
    }

    static ILogger LogOf(HttpContext http) =>
        http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Hobom.Slices.Http");
}
