using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Publishing;

/// <summary>Why a publish stored nothing.</summary>
public abstract record PublishRefusal
{
    PublishRefusal()
    {
    }

    /// <summary>The contract's text where there is one.</summary>
    public abstract string Text { get; }

    /// <param name="Index">Of the event in its batch.</param>
    public sealed record Invalid(int Index, EventFault Fault) : PublishRefusal
    {
        public override string Text => $"invalid event: {Fault.Text}";
    }

    public sealed record OtherBody(EventIdentity Event) : PublishRefusal
    {
        public override string Text => $"event {Event.Id} of {Event.Source} is stored already, with another body";
    }

    /// <summary>The contract's code <c>queue_full</c>; nothing was stored.</summary>
    public sealed record Full(int Limit) : PublishRefusal
    {
        public override string Text => "event queue is full";
    }

    /// <summary>The storage takes less at once; nothing was stored.</summary>
    /// <param name="Bytes">Of all of it, as it would be written.</param>
    public sealed record TooLarge(int Bytes, int Limit) : PublishRefusal
    {
        public override string Text => $"too large: {Bytes} bytes as they are stored, and the storage takes {Limit} at once";
    }

    /// <summary>It may have been stored all the same: the same publish again is safe.</summary>
    public sealed record Unavailable(StoreFailure Failure) : PublishRefusal
    {
        public override string Text => $"failed to publish event: {Failure.Message}";
    }
}

/// <summary>Events of this process's callers into the store.</summary>
/// <param name="keepSecrets">Stores session ids and e-mail addresses as they are given; else only hashes of them.</param>
public sealed class EventPublisher(
    BrokerStore store, EventLimits limits, bool keepSecrets, Func<string, bool> countsForSync, TimeProvider clock)
{
    /// <summary>Why an event does not fit its schema; null where it does.</summary>
    public Func<BrokerEvent, string?> Misfit { get; init; } = _ => null;

    public SchemaMismatch OnMisfit { get; init; }

    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>All of them or none; each answer says whether the event was there already.</summary>
    public async Task<Either<PublishRefusal, IReadOnlyList<Appended>>> PublishAsync(
        IReadOnlyList<BrokerEvent> events, CancellationToken stopping)
    {
        var kept = new List<BrokerEvent>(events.Count);
        var warnings = new Dictionary<EventIdentity, string>();
        for (var i = 0; i < events.Count; i++)
        {
            var safe = keepSecrets ? events[i] : SecretFields.Hash(events[i]);
            if (!EventValidation.Check(safe, limits).TryGetRight(out var valid, out var fault)) return new PublishRefusal.Invalid(i, fault);
            if (Misfit(valid) is { } misfit)
            {
                if (OnMisfit is SchemaMismatch.Refuse) return new PublishRefusal.Invalid(i, new EventFault.Misfit(misfit));
                warnings[valid.Identity] = misfit;
            }

            kept.Add(valid.CreatedAt == default ? valid with { CreatedAt = clock.GetUtcNow() } : valid);
        }

        var appended = await store.Append(kept, stopping);
        return appended.Map(all => warnings.Count == 0 ? all : (IReadOnlyList<Appended>)
                [.. all.Select(a => a with { Warning = warnings.GetValueOrDefault(a.Event) })])
            .MapLeft(RefusalOf);
    }

    /// <summary>
    /// Publishes and waits until the handlers are through with the event. Right: none, or the last failing one's error, in
    /// the contract's words. The event is stored whatever the wait comes to.
    /// </summary>
    public async Task<Either<PublishRefusal, Option<string>>> PublishAndWaitAsync(BrokerEvent given, CancellationToken stopping)
    {
        return (await PublishAsync([given], stopping)).TryGetRight(out var appended, out var refusal)
            ? await WaitAsync(appended[0].Event, stopping)
            : refusal;
    }

    /// <summary>
    /// Waits until the handlers are through with an event that was published. One that is not there is done, and has made room for
    /// others. Right: as <see cref="PublishAndWaitAsync"/>.
    /// </summary>
    public async Task<Either<PublishRefusal, Option<string>>> WaitAsync(EventIdentity published, CancellationToken stopping)
    {
        var woken = store.WakeUp.Listen();
        try
        {
            while (true)
            {
                if (!(await store.Read.One(published, stopping)).TryGetRight(out var found, out var failure))
                    return new PublishRefusal.Unavailable(failure);
                if (found.Match(Outcome, () => Option<string>.Some("")).Case is string error)
                    return Option<string>.Some(error).Filter(e => e.Length > 0);
                await Task.WhenAny(woken.WaitAsync(stopping), Task.Delay(LookInterval, clock, stopping));
                stopping.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            store.WakeUp.Forget(woken);
        }
    }

    /// <summary>None while a handler is still to come; empty where none failed.</summary>
    Option<string> Outcome(StoredEvent stored)
    {
        if (stored.RoutedNo is null) return default;
        var mine = stored.Handlings.Where(h => countsForSync(h.Consumer)).ToArray();
        if (mine.Any(h => h.State.IsOpen)) return default;
        var last = mine.LastOrDefault(h => h.State is HandlingState.Dead);
        return last is null ? "" : $"handler failed after {last.Attempts} attempts: {last.LastError}";
    }

    static PublishRefusal RefusalOf(AppendRefusal refusal) => refusal switch
    {
        AppendRefusal.OtherBody other => new PublishRefusal.OtherBody(other.Event),
        AppendRefusal.Full full => new PublishRefusal.Full(full.Limit),
        AppendRefusal.TooLarge large => new PublishRefusal.TooLarge(large.Bytes, large.Limit),
        AppendRefusal.Unavailable unavailable => new PublishRefusal.Unavailable(unavailable.Failure),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
