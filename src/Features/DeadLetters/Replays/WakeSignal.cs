using Hobom.Slices.Runtime;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>Ends waits before their time. It counts once: for those who wait, or for the next who would.</summary>
sealed class WakeSignal(TimeProvider clock)
{
    TaskCompletionSource woken = NotYet();

    public void Set() => Volatile.Read(ref woken).TrySetResult();

    /// <returns>False when told to stop.</returns>
    public async Task<bool> WaitAsync(TimeSpan wait, CancellationToken stopping)
    {
        var now = Volatile.Read(ref woken).Task;
        if (now.IsCompleted) Volatile.Write(ref woken, NotYet());
        if (now.IsCompleted || stopping.IsCancellationRequested) return !stopping.IsCancellationRequested;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(now, Delays.WaitAsync(wait, clock, ending.Token));
        await ending.CancelAsync();
        return !stopping.IsCancellationRequested;
    }

    static TaskCompletionSource NotYet() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
