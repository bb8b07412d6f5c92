namespace Hobom.Slices.Runtime;

public static class Delays
{
    /// <summary>
    /// Waits on the given clock; false when the token ended the wait. What waits goes on where the clock or the token
    /// says so (Task.Delay would go through the thread pool when cancelled), so that a simulation decides every order.
    /// </summary>
    /// <param name="wait">Not below zero, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    public static async Task<bool> WaitAsync(TimeSpan wait, TimeProvider clock, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested) return false;
        if (wait == TimeSpan.Zero) return true;
        var ended = new TaskCompletionSource<bool>();
        await using var timer = clock.CreateTimer(_ => ended.TrySetResult(true), null, wait, Timeout.InfiniteTimeSpan);
        await using var registration = stopping.UnsafeRegister(_ => ended.TrySetResult(false), null);
        return await ended.Task;
    }
}
