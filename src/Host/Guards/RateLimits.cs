using System.Globalization;
using System.Threading.RateLimiting;
using Hobom.Slices.Host.Access;
using Microsoft.AspNetCore.RateLimiting;

namespace Hobom.Slices.Host.Guards;

/// <summary>
/// How often one may ask: each named key, and each address that shows no valid key. The internal key is another
/// service with its own users behind it, and where no key is wanted there is nobody to tell apart: both go free.
/// </summary>
static class RateLimits
{
    public static void Set(RateLimiterOptions limits, int perSecond)
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.OnRejected = (rejected, _) => new ValueTask(AnswerAsync(rejected));
        limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => WhoOf(http) is { } who
            ? RateLimitPartition.GetTokenBucketLimiter(who, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perSecond * 2,
                TokensPerPeriod = perSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            })
            : RateLimitPartition.GetNoLimiter(""));
    }

    /// <summary>Null of those that go free.</summary>
    static string? WhoOf(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments(HttpApi.BasePath, StringComparison.OrdinalIgnoreCase)) return null;
        if (http.User.FindFirst(ApiKeyAuthentication.KeyIdClaim) is { } key) return $"key {key.Value}";
        return http.User.Identity is { IsAuthenticated: true } ? null : $"address {http.Connection.RemoteIpAddress}";
    }

    static Task AnswerAsync(OnRejectedContext rejected)
    {
        var after = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var given) ? given : TimeSpan.FromSeconds(1);
        rejected.HttpContext.Response.Headers.RetryAfter =
            Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        rejected.HttpContext.RequestServices.GetRequiredService<RefusalLog>()
            .Note(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "too many requests");
        return UnexpectedErrors.RefuseAsync(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "too many requests");
    }
}
