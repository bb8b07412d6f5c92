namespace Hobom.Slices.Runtime.Kafka;

/// <summary>Cancels once nothing was heard for so long, or when told to stop: what goes on may take its time.</summary>
sealed class SilenceLimit : IDisposable
{
    readonly TimeSpan silence;
    readonly TimeProvider clock;
    readonly CancellationTokenSource timed;
    readonly CancellationTokenSource either;
    long heardAt;

    public SilenceLimit(TimeSpan silence, TimeProvider clock, CancellationToken stopping)
    {
        (this.silence, this.clock, heardAt) = (silence, clock, clock.GetTimestamp());
        timed = new CancellationTokenSource(silence, clock);
        either = CancellationTokenSource.CreateLinkedTokenSource(stopping, timed.Token);
    }

    public CancellationToken Token => either.Token;

    /// <summary>Until it is over, where nothing more is heard.</summary>
    public TimeSpan Left => silence - clock.GetElapsedTime(heardAt);

    public void Heard()
    {
        // Not for each of many: a timer is not for nothing.
        if (clock.GetElapsedTime(heardAt) < silence / 8) return;
        heardAt = clock.GetTimestamp();
        timed.CancelAfter(silence);
    }

    public void Dispose()
    {
        either.Dispose();
        timed.Dispose();
    }
}
