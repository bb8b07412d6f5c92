using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>What comes of asking for a flow.</summary>
public abstract record LeaseAnswer
{
    LeaseAnswer()
    {
    }

    /// <summary>It is this process's.</summary>
    public sealed record Held : LeaseAnswer
    {
        public static Held Instance { get; } = new();
    }

    /// <param name="Holder">For people.</param>
    /// <param name="Since">Null where it is not told.</param>
    public sealed record HeldByOther(string Holder, DateTimeOffset? Since) : LeaseAnswer;

    /// <summary>Redis did not say: nobody may begin anything.</summary>
    public sealed record Unreachable(StoreFailure Failure) : LeaseAnswer;
}

/// <summary>Who may take a flow from whom. Pure.</summary>
public static class LeaseRules
{
    /// <summary>
    /// Null where it may be taken: it is free, or this very process had it, or its holder has certainly ended. Whoever
    /// may still be alive somewhere is waited for until the lease expires.
    /// </summary>
    /// <param name="seen">What Redis has, if anything.</param>
    /// <param name="hasEnded">Asked of processes of this one's own process table only.</param>
    public static LeaseAnswer.HeldByOther? BlockedReason(string? seen, ProcessIdentity me, Func<ProcessIdentity, bool> hasEnded)
    {
        if (seen is null) return null;
        if (LeaseHolder.Parse(seen) is not { } holder)
            return new LeaseAnswer.HeldByOther(FlowDivision.Parse(seen)?.Sharers ?? "a process of another build", null);
        if (holder.Process.Id == me.Id) return null;
        return me.SharesProcessTableWith(holder.Process) && hasEnded(holder.Process)
            ? null
            : new LeaseAnswer.HeldByOther(holder.Name, holder.Since);
    }
}
