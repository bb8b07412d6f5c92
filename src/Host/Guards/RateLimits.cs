using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.RateLimiting;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Guards;

/// <summary>
/// How often a named key may ask. The internal key is another service with its own users behind it, and where no
/// key is wanted there is nobody to tell apart: both go free. A stranger's answer is 401, as the contract has it,
/// and costs no more than a limit would.
/// </summary>
/// <remarks>
/// The framework's middleware has two timers that go off ten times a second for ever, whether somebody is limited or not. Here
/// a bucket is filled when its owner asks.
/// </remarks>
sealed class RateLimits(int perSecond)
{
    /// <summary>Callers beyond this many: those who have been away for a while are forgotten.</summary>
    const int Remembered = 1_000;

    /// <summary>Long enough for a bucket to be full again.</summary>
    static readonly TimeSpan Away = TimeSpan.FromSeconds(10);

    readonly ConcurrentDictionary<string, TokenBucketRateLimiter> buckets = new(StringComparer.Ordinal);

    public Task AdmitAsync(HttpContext http, RequestDelegate next) =>
        LimitedAs(http) is not { } caller || RefusalOf(caller) is not { } after ? next(http) : RefuseAsync(http, after);

    /// <returns>Null where the caller may ask, else when to come back.</returns>
    TimeSpan? RefusalOf(string caller)
    {
        if (!buckets.TryGetValue(caller, out var bucket)) bucket = Remember(caller);
        bucket.TryReplenish();
        using var lease = bucket.AttemptAcquire();
        return lease.IsAcquired ? null
            : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after
            : TimeSpan.FromSeconds(1);
    }

    TokenBucketRateLimiter Remember(string caller)
    {
        if (buckets.Count >= Remembered) ForgetAbsent();
        return buckets.GetOrAdd(caller, NewBucket);
    }

    TokenBucketRateLimiter NewBucket(string caller) => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = perSecond * 2,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        AutoReplenishment = false,
        QueueLimit = 0,
    });

    void ForgetAbsent()
    {
        foreach (var (caller, bucket) in buckets)
        {
            bucket.TryReplenish();
            if (bucket.IdleDuration > Away) buckets.TryRemove(new(caller, bucket));
        }
    }

    /// <summary>Whose requests are counted together: those of a named key, or of one whom the provider knows.</summary>
    static string? LimitedAs(HttpContext http) =>
        http.User.FindFirst(CallerIdentity.KeyIdClaim)?.Value
        ?? (http.User.HasClaim(c => c.Type == CallerIdentity.ProviderClaim) ? http.User.Identity?.Name : null);

    static Task RefuseAsync(HttpContext http, TimeSpan after)
    {
        http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        http.RequestServices.GetRequiredService<RefusalLog>().Note(http, StatusCodes.Status429TooManyRequests, "too many requests");
        return ErrorAnswer.WriteAsync(http, StatusCodes.Status429TooManyRequests, "too many requests");
    }
}
