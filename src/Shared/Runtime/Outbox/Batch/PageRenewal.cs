using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Outbox.Batch;

/// <summary>Lengthens the lease of a page at its backend for as long as the visit lasts.</summary>
/// <param name="renew">What was granted; zero where it had ended.</param>
/// <param name="lose">Told, with the reason, when it is this process's no more.</param>
sealed class PageRenewal(
    string flow, Func<string, Task<Either<CallFailure, TimeSpan>>> renew, TimeProvider clock, ILogger log, Action<PageLease, string> lose)
{
    /// <summary>Room for two renewals that fail.</summary>
    const int RenewalsInALease = 3;

    public async Task RunAsync(PageLease page)
    {
        try
        {
            var ended = page.Ended;
            var wait = IntervalOf(page);
            while (await Delays.WaitAsync(wait, clock, ended))
            {
                var askedAt = ClockReading.Now(clock);
                var answer = await renew(page.Token);
                wait = IntervalOf(page);
                if (!answer.TryGetRight(out var granted, out var failure))
                {
                    if (page.IsLost) lose(page, $"its lease could not be renewed in time: {failure}");
                    else if (wait > LeaseTimes.RetryInterval) wait = LeaseTimes.RetryInterval;
                }
                else if (granted > TimeSpan.Zero) page.Renewed(askedAt, granted);
                else if (!ended.IsCancellationRequested) lose(page, "its lease had ended");
            }
        }
        catch (Exception bug)
        {
            log.LogError(LogEvents.Named("outbox.renewal-bug"), bug, "{Flow}: renewing a page of rows failed unexpectedly", flow);
            lose(page, $"internal error: {bug.GetType().Name}");
        }
    }

    static TimeSpan IntervalOf(PageLease page) => page.Granted / RenewalsInALease;
}
