namespace Hobom.Slices.Runtime.Leases;

/// <summary>How long a lease lives, and what fits into what is left of it.</summary>
/// <param name="Life">Without renewal, as Redis counts it.</param>
/// <param name="Publish">A publish that begins has ended after so long.</param>
public sealed record LeaseTimes(TimeSpan Life, TimeSpan Publish)
{
    public static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(8);

    /// <summary>After a renewal that failed.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks of one who stands by, before jitter.</summary>
    public static readonly TimeSpan StandByInterval = TimeSpan.FromSeconds(2);

    /// <summary>For so long one who gave way does not ask.</summary>
    public static readonly TimeSpan YieldTime = TimeSpan.FromSeconds(10);

    /// <summary>Two clocks that measure the same time may differ by so much; the holder's own end comes earlier.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>The client looks for messages whose time is over once a second.</summary>
    static readonly TimeSpan ClientGrain = TimeSpan.FromSeconds(1);

    static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(30);

    /// <summary>Room for two renewals that fail before publishing has to stop.</summary>
    static readonly TimeSpan RenewalRoom = TimeSpan.FromSeconds(25);

    /// <param name="deliveryTimeout">The longest that one publish attempt lasts.</param>
    public static LeaseTimes For(TimeSpan deliveryTimeout)
    {
        var life = deliveryTimeout + RenewalRoom;
        return new LeaseTimes(life < ShortestLife ? ShortestLife : life, deliveryTimeout + ClientGrain);
    }
}
