using LanguageExt;

namespace Hobom.Slices.Broker.Processing;

/// <summary>Keeps what a consumer's code does away from the dispatcher: it may throw, or never come back.</summary>
static class Containment
{
    /// <param name="stopping">The process cannot wait any longer.</param>
    /// <param name="lost">Another process has the handling, or may have it.</param>
    /// <returns>Where it is too late before the call, there is none.</returns>
    public static async Task<Either<TryFailure, T>> TryAsync<T>(
        Func<CancellationToken, Task<Either<TryFailure, T>>> call, TimeSpan limit, TimeProvider clock,
        CancellationToken stopping, CancellationToken lost)
    {
        using var timed = new CancellationTokenSource(limit, clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timed.Token, stopping, lost);
        Task<Either<TryFailure, T>>? work = null;
        try
        {
            any.Token.ThrowIfCancellationRequested();
            work = call(any.Token);
            return await work.WaitAsync(any.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return new TryFailure.Stopping();
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            return new TryFailure.Transient("the lease ran out in the middle of the try") { Kind = FailureKind.LeaseLost };
        }
        catch (OperationCanceledException) when (timed.IsCancellationRequested)
        {
            return new TryFailure.Transient($"no end after {Core.Durations.Format(limit)}") { Kind = FailureKind.TimedOut };
        }
        catch (Exception thrown)
        {
            return new TryFailure.Transient($"{thrown.GetType().Name}: {thrown.Message}") { Kind = FailureKind.Threw };
        }
        finally
        {
            // What was abandoned may fail later, and nobody is there to hear it.
            _ = work?.ContinueWith(
                t => _ = t.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
