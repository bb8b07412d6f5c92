using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Marks rows, so many at a time, trying again what may pass. When the backend fails too often in a row it is
/// away: the rest of the visit fails at once, and a later visit marks what is left.
/// </summary>
sealed class MarkCircuitBreaker(RetryPolicy policy, DeliveryLimits limits, TimeProvider clock, Func<double> chance)
{
    readonly DeliveryWindow window = new(limits.MarksAtOnce, long.MaxValue, int.MaxValue);
    int failuresInARow;

    public bool IsShut => Volatile.Read(ref failuresInARow) >= limits.MarkFailuresInARow;

    /// <summary>At the start of each visit the backend gets another chance.</summary>
    public void Reopen() => Volatile.Write(ref failuresInARow, 0);

    public async Task<Either<CallFailure, TAnswer>> MarkAsync<TAnswer>(
        Func<Task<Either<CallFailure, TAnswer>>> mark, CancellationToken stopping)
        where TAnswer : notnull
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = await CallAsync(mark);
            if (result.TryGetRight(out _, out var failure)) return result;
            if (!failure.IsTransient || attempt >= policy.AttemptLimit || IsShut || stopping.IsCancellationRequested)
                return failure;
            var wait = failure.RetryAfter ?? policy.DelayAfter(attempt, chance());
            if (wait > policy.DelayLimit || !await Delays.WaitAsync(wait, clock, stopping)) return failure;
        }
    }

    async Task<Either<CallFailure, TAnswer>> CallAsync<TAnswer>(Func<Task<Either<CallFailure, TAnswer>>> mark)
    {
        await window.EnterAsync(1, 0);
        try
        {
            if (IsShut) return new CallFailure(CallFailureKind.Unavailable, "the backend failed too many marks in a row");
            var result = await mark();
            if (result.IsRight) Reopen();
            else Interlocked.Increment(ref failuresInARow);
            return result;
        }
        finally
        {
            window.Leave(1, 0);
        }
    }
}
