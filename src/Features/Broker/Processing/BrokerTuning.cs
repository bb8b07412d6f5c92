namespace Hobom.Slices.Broker.Processing;

/// <summary>The contract's outbox settings, as they are now: they change while the process runs.</summary>
/// <param name="BatchSize">Handlings of one consumer that a process holds at a time, at least; events routed in one step.</param>
/// <param name="Lease">A handling that is not renewed for so long goes to another process.</param>
/// <param name="DefaultRetry">Of consumers without a policy of their own.</param>
public sealed record BrokerTuning(
    bool OutboxEnabled, bool ProcessorEnabled, bool StartupDrainEnabled, TimeSpan PollingInterval, TimeSpan IdlePollingInterval,
    int BatchSize, int StartupDrainBatchSize, TimeSpan Lease, ConsumerRetry DefaultRetry, bool DeadLetterEnabled)
{
    /// <summary>The contract's numbers: three tries, 1 and 2 s apart.</summary>
    public static BrokerTuning Contract { get; } = new(
        true, true, true, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), 10, 50, TimeSpan.FromSeconds(30),
        new ConsumerRetry(2, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), 2, 0), true);

    /// <summary>How long until the next look when nothing wakes the process before.</summary>
    public TimeSpan Rest(bool wasBusy) =>
        wasBusy || IdlePollingInterval < PollingInterval ? PollingInterval : IdlePollingInterval;
}
