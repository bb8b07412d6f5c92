using System.Diagnostics;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The time a call may take: read off the wall clock once, then measured on the monotonic one.</summary>
internal readonly struct Deadline
{
    public static readonly Status Exceeded = new(StatusCode.DeadlineExceeded, "The deadline passed.");

    private readonly long startedAt;
    private readonly TimeSpan? allowed;

    private Deadline(TimeSpan? allowed)
    {
        startedAt = Stopwatch.GetTimestamp();
        this.allowed = allowed;
    }

    /// <summary>Null for a call without one; never negative.</summary>
    public TimeSpan? Left => allowed is { } time ? Max(time - Stopwatch.GetElapsedTime(startedAt)) : null;

    public bool HasPassed => Left == TimeSpan.Zero;

    /// <exception cref="InvalidOperationException">The time is local, or of no stated kind.</exception>
    public static Deadline From(DateTime? deadline)
    {
        if (deadline is null || deadline == DateTime.MaxValue)
            return new Deadline(null);
        if (deadline == DateTime.MinValue)
            return new Deadline(TimeSpan.Zero);
        if (deadline.Value.Kind != DateTimeKind.Utc)
            throw new InvalidOperationException("A deadline is given in UTC.");
        return new Deadline(Max(deadline.Value - DateTime.UtcNow));
    }

    /// <summary>Runs the action when the time is up: now, if it is already.</summary>
    public Timer? Arm(Action<object> passed, object state)
    {
        if (Left is not { } left)
            return null;
        if (left == TimeSpan.Zero)
        {
            passed(state);
            return null;
        }

        // Whole milliseconds, rounded up: never early. A timer's longest wait is 49 days.
        var wait = (long)Math.Min(Math.Ceiling(left.TotalMilliseconds), uint.MaxValue - 1);
        return new Timer(target => passed(target!), state, wait, Timeout.Infinite);
    }

    private static TimeSpan Max(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
