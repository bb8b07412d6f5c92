using System.Globalization;
using System.Threading.RateLimiting;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.RateLimiting;

namespace Hobom.Slices.Host.Guards;

/// <summary>
/// How often a named key may ask. The internal key is another service with its own users behind it, and where no
/// key is wanted there is nobody to tell apart: both go free. A stranger's answer is 401, as the contract has it,
/// and costs no more than a limit would.
/// </summary>
static class RateLimits
{
    public static void Set(RateLimiterOptions limits, int perSecond)
    {
        limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limits.OnRejected = (rejected, _) => new ValueTask(AnswerAsync(rejected));
        limits.GlobalLimiter =
            PartitionedRateLimiter.Create<HttpContext, string>(http => http.User.FindFirst(CallerIdentity.KeyIdClaim) is { } key
            ? RateLimitPartition.GetTokenBucketLimiter(key.Value, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = perSecond * 2,
                TokensPerPeriod = perSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            })
            : RateLimitPartition.GetNoLimiter(""));
    }

    static Task AnswerAsync(OnRejectedContext rejected)
    {
        var after = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var given) ? given : TimeSpan.FromSeconds(1);
        rejected.HttpContext.Response.Headers.RetryAfter =
            Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        rejected.HttpContext.RequestServices.GetRequiredService<RefusalLog>()
            .Note(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "too many requests");
        return ErrorAnswer.WriteAsync(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "too many requests");
    }
}
