using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Broker.Letters;

/// <param name="IsPaused">Nothing is given out now.</param>
public sealed record HandlingReplayParts(Func<BrokerStore?> Store, LetterPort Letters, Func<bool> IsPaused, TimeProvider Clock);

/// <summary>
/// Replays a dead letter of the broker: its handling waits again, in the store, and the consumer's own tries decide. The
/// replay waits for their end, so that a job sees how its first letters fare before it goes on.
/// </summary>
public sealed class HandlingReplay(HandlingReplayParts parts)
{
    /// <summary>A consumer that takes longer goes on by itself; the letter goes, or comes back, with the handling's end.</summary>
    static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(60);

    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    public async Task<ReplayOutcome> RunAsync(ReplayOrder order)
    {
        var key = order.Delivery.Events[0].LetterKey;
        if (parts.Store() is not { } store) return new ReplayOutcome.NotBegun(new StoreFailure("the broker's store is not open yet"));
        if (BrokerLetters.HandlingOf(key) is not { } id) return Refused("the key names no handling");
        if (!(await store.Dead.One(id, default)).TryGetRight(out var found, out var failure)) return new ReplayOutcome.NotBegun(failure);
        // An earlier replay got so far, or its consumer got it in another way.
        if (found.Case is EventHandling { Handling.State: HandlingState.Done } done) return await CloseAsync(store, done, key);
        if (found.Case is not EventHandling { IsDead: true } dead) return await ForgetAsync(key);
        // The store knows that it was given up: there is nothing that somebody else could have seen arrive.
        if (order.Confirmation is Confirmation.Delivered) return new ReplayOutcome.NotInDoubt();
        if (await HindranceAsync(store, dead) is { } hindrance) return hindrance;
        if (await order.Claim() is ClaimAnswer.Refused(var outcome)) return outcome;
        var woken = store.WakeUp.Listen();
        try
        {
            var revived = await store.Dead.Revive(id, EditOf(dead, order.Delivery.Value), parts.Clock.GetUtcNow(), default);
            if (!revived.TryGetRight(out var changed, out failure)) return new ReplayOutcome.NotBegun(failure);
            return changed ? await FollowAsync(store, id, key, woken) : await ForgetAsync(key);
        }
        finally
        {
            store.WakeUp.Forget(woken);
        }
    }

    /// <summary>
    /// What became of one that was given back. Only looks: the letter goes, or comes back, with the handling's end. Gone: the event is
    /// not there any more, so that it was done, or discarded, long ago.
    /// </summary>
    public async Task<ReplayOutcome> LookAsync(DeadLetterKey key)
    {
        if (parts.Store() is not { } store) return new ReplayOutcome.NotBegun(new StoreFailure("the broker's store is not open yet"));
        if (BrokerLetters.HandlingOf(key) is not { } id) return Refused("the key names no handling");
        if (!(await store.Dead.One(id, default)).TryGetRight(out var found, out var failure)) return new ReplayOutcome.NotBegun(failure);
        return found.Case is not EventHandling now ? new ReplayOutcome.LetterGone() : now.Handling.State switch
        {
            HandlingState.Done => new ReplayOutcome.Delivered(null),
            HandlingState.Skipped => new ReplayOutcome.NotClaimed("it was discarded meanwhile"),
            HandlingState.Dead => GivenUp(now),
            HandlingState.Waiting or HandlingState.Leased or HandlingState.Failed =>
                new ReplayOutcome.UnderWay("it waits for its consumer, or is being tried"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>Why no letter of the consumer could be replayed now: a job waits, and asks again.</summary>
    async Task<ReplayOutcome?> HindranceAsync(BrokerStore store, EventHandling dead)
    {
        if (parts.IsPaused()) return Away("the broker is paused");
        if (!(await store.Consumers.All(default)).TryGetRight(out var all, out var failure)) return new ReplayOutcome.NotBegun(failure);
        var name = dead.Handling.Consumer;
        return all.FirstOrDefault(c => c.Name == name)?.State switch
        {
            null => Refused($"there is no consumer {name} any more: replay the event to another, or discard the letter"),
            ConsumerState.Active => null,
            ConsumerState.Paused paused => Away($"consumer {name} is paused: {paused.Reason}"),
            ConsumerState.Off off => Away($"consumer {name} is off: {off.Reason}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    async Task<ReplayOutcome> FollowAsync(BrokerStore store, Guid id, DeadLetterKey key, Signal woken)
    {
        var begun = parts.Clock.GetTimestamp();
        while (true)
        {
            var seen = await store.Dead.One(id, default);
            if (seen.TryGetRight(out var found, out _))
            {
                if (found.Case is not EventHandling now) return await ForgetAsync(key);
                if (now.Handling.State is HandlingState.Done or HandlingState.Skipped) return await CloseAsync(store, now, key);
                if (now.IsDead) return await DiedAgainAsync(store, now, key);
            }

            if (parts.Clock.GetElapsedTime(begun) >= WaitLimit)
                return new ReplayOutcome.UnderWay(
                    $"it waits for its consumer again, which has not come to an end within {WaitLimit.TotalSeconds} s");
            using var over = new CancellationTokenSource();
            await Task.WhenAny(woken.WaitAsync(over.Token), Delays.WaitAsync(LookInterval, parts.Clock, over.Token));
            await over.CancelAsync();
        }
    }

    async Task<ReplayOutcome> CloseAsync(BrokerStore store, EventHandling done, DeadLetterKey key)
    {
        if (!(await parts.Letters.Drop(key)).TryGetRight(out _, out var failure))
            return new ReplayOutcome.NotClosed($"done, but the letter could not be removed: {failure.Message}", IsPassing: true);
        await store.Dead.Note([new LetterNote(done.Handling.Id, done.Token, IsKept: false)], default);
        return new ReplayOutcome.Delivered(null);
    }

    /// <summary>
    /// The replay's own end is what the letter tells of it: it needs no other word. Where the letter is not there any more, or nobody can
    /// say, the next visit writes it.
    /// </summary>
    async Task<ReplayOutcome> DiedAgainAsync(BrokerStore store, EventHandling dead, DeadLetterKey key)
    {
        if ((await parts.Letters.FindExisting([key])).TryGetRight(out var there, out _) && there.Contains(key))
            await store.Dead.Note([new LetterNote(dead.Handling.Id, dead.Token, IsKept: true)], default);
        return GivenUp(dead);
    }

    static ReplayOutcome.NotPublished GivenUp(EventHandling dead)
    {
        var (word, reason) = (BrokerLetters.KindWordOf(dead.Handling), dead.Handling.LastError ?? "its consumer gave it up again");
        return new ReplayOutcome.NotPublished(FailureKinds.ClassOf(dead.Handling.Kind) is FailureClass.Permanent or FailureClass.Refused
            ? new PublishFailure.Permanent(word, reason)
            : new PublishFailure.Transient(word, reason, FaultScope.Record));
    }

    /// <summary>A letter of something that is not dead is nothing to be replayed.</summary>
    async Task<ReplayOutcome> ForgetAsync(DeadLetterKey key)
    {
        return (await parts.Letters.Drop(key)).TryGetRight(out _, out var failure)
            ? new ReplayOutcome.LetterGone()
            : new ReplayOutcome.NotBegun(failure);
    }

    static Option<ReadOnlyMemory<byte>> EditOf(EventHandling dead, ReadOnlyMemory<byte> sent) =>
        sent.Span.SequenceEqual(dead.Event.Payload.IfNone(ReadOnlyMemory<byte>.Empty).Span) ? default : sent;

    static ReplayOutcome.NotPublished Refused(string reason) => new(new PublishFailure.Permanent("HANDLE", reason));

    static ReplayOutcome.NotPublished Away(string reason) => new(new PublishFailure.Transient("CONSUMER", reason, FaultScope.Topic));
}
