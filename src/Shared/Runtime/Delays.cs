namespace Hobom.Slices.Runtime;

public static class Delays
{
    /// <summary>
    /// Waits on the given clock; false when the token ended the wait. What waits goes on where the clock or the token
    /// says so (Task.Delay would go through the thread pool when cancelled), so that a simulation decides every order.
    /// </summary>
    /// <param name="wait">What is not above zero is over; <see cref="Timeout.InfiniteTimeSpan"/> never is.</param>
    public static async Task<bool> WaitAsync(TimeSpan wait, TimeProvider clock, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested) return false;
        // A timer takes what is a little below zero for no end at all.
        if (wait <= TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan) return true;
        var ended = new TaskCompletionSource<bool>();
        await using var timer = clock.CreateTimer(_ => ended.TrySetResult(true), null, wait, Timeout.InfiniteTimeSpan);
        await using var registration = stopping.UnsafeRegister(_ => ended.TrySetResult(false), null);
        return await ended.Task;
    }
}
