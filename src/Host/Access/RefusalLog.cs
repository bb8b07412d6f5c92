using Hobom.Slices.Http.Masking;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Host.Access;

/// <summary>Says who was refused, a line each; of a flood the first lines of each interval and the count of the rest.</summary>
sealed class RefusalLog(ILogger<RefusalLog> log, TimeProvider clock)
{
    public const int LinesPerInterval = 10;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    readonly Lock gate = new();
    long? begun;
    int lines;
    int left;

    /// <param name="why">Nothing of the caller's own words.</param>
    public void Note(HttpContext http, int status, string why)
    {
        if (!MayWrite(out var unsaid)) return;
        log.LogWarning(
            LogEvents.Named("request.refused"),
            "refused with {Status}: {Method} {Path} from {Address} by {Name}: {Why}; user agent {Agent}{Unsaid}",
            status, LogText.Clean(http.Request.Method, 10), LogText.Clean(TextMask.MaskText(http.Request.Path), 200),
            http.Connection.RemoteIpAddress, http.User.Identity?.Name ?? "a stranger", why,
            LogText.Clean(TextMask.MaskText(http.Request.Headers.UserAgent.ToString()), 100),
            unsaid > 0 ? $" ({unsaid} refusals before it were not written)" : "");
    }

    /// <summary>By the steady clock: one that is set back must not keep refusals out of the log.</summary>
    bool MayWrite(out int unsaid)
    {
        lock (gate)
        {
            unsaid = 0;
            if (begun is not { } since || clock.GetElapsedTime(since) >= Interval) (begun, lines) = (clock.GetTimestamp(), 0);
            if (++lines > LinesPerInterval)
            {
                left++;
                return false;
            }

            (unsaid, left) = (left, 0);
            return true;
        }
    }
}
