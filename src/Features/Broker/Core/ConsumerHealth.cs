namespace Hobom.Slices.Broker;

/// <summary>
/// What a consumer's last tries say about the consumer itself. What befalls every event pauses it; one event at a time
/// probes it then, so that an outage costs a handful of tries instead of a dead letter for each event.
/// </summary>
/// <param name="FailedEvents">Different events that failed since the last success, while nothing succeeded.</param>
/// <param name="ProbesFailed">In a row.</param>
public sealed record ConsumerHealth(LanguageExt.HashSet<Guid> FailedEvents, int ProbesFailed)
{
    /// <summary>So many different events in a row say that it is not the event.</summary>
    public const int DownLimit = 3;

    /// <summary>The same for failures that look like the event's own.</summary>
    public const int TransientLimit = 10;

    static readonly TimeSpan ProbeLimit = TimeSpan.FromMinutes(1);

    /// <summary>Whoever looks for what is due is no later than this.</summary>
    static readonly TimeSpan ProbeSlack = TimeSpan.FromSeconds(5);

    public static ConsumerHealth Well { get; } = new(default, 0);

    public ConsumerHealth AfterFailure(Guid handling, TryFailure failure, bool wasProbe) => failure switch
    {
        // That is this process's.
        TryFailure.Transient { Kind: FailureKind.LeaseLost } => this,
        TryFailure.ConsumerDown or TryFailure.Transient =>
            new(
                FailedEvents.Count < TransientLimit ? FailedEvents.AddOrUpdate(handling) : FailedEvents,
                wasProbe ? ProbesFailed + 1 : ProbesFailed),
        TryFailure.Permanent or TryFailure.ConsumerGone or TryFailure.Stopping or TryFailure.Parked => this,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public bool IsDown(TryFailure last) => last switch
    {
        TryFailure.Transient { Kind: FailureKind.LeaseLost } => false,
        TryFailure.ConsumerDown => ProbesFailed > 0 || FailedEvents.Count >= DownLimit,
        TryFailure.Transient => ProbesFailed > 0 || FailedEvents.Count >= TransientLimit,
        TryFailure.ConsumerGone => true,
        TryFailure.Permanent or TryFailure.Stopping or TryFailure.Parked => false,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>
    /// How long until one event is tried again: doubled with each failed probe up to a minute, or as long as was asked for.
    /// </summary>
    public TimeSpan ProbeAfter(TryFailure last)
    {
        var grown = TimeSpan.FromSeconds(Math.Min(ProbeLimit.TotalSeconds, Math.Pow(2, Math.Min(ProbesFailed, 10))));
        return last.RetryAfter is { } asked && asked > grown ? asked : grown;
    }

    /// <summary>The same for the event that was the probe: later, so that the next probe is another one, where there is another.</summary>
    public TimeSpan SameEventAfter(TryFailure last)
    {
        var next = ProbeAfter(last);
        return next + (next < ProbeSlack ? next : ProbeSlack);
    }
}
