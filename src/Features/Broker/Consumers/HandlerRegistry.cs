using System.Collections.Concurrent;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Consumers;

/// <summary>
/// A handler: what it writes through the transaction in its context commits with the end of its handling. It fails by
/// throwing.
/// </summary>
public delegate Task HandleEvent(HandlerContext context, CancellationToken stopping);

public abstract record SubscribeFault
{
    SubscribeFault()
    {
    }

    public sealed record BadPattern(PatternFault Fault) : SubscribeFault;

    /// <summary>Two handlers of one name would share a handling: one of them would not run.</summary>
    public sealed record NameTaken(string Name) : SubscribeFault;

    /// <summary>A webhook or a topic has the name: its events are not this handler's. Remove it, or name the handler otherwise.</summary>
    public sealed record OtherKind(string Name) : SubscribeFault;

    public sealed record Unavailable(StoreFailure Failure) : SubscribeFault;
}

/// <summary>The handlers of this process. A subscription outlives it: events wait until a process that has the handler is there.</summary>
public sealed class HandlerRegistry(BrokerStore store, int defaultConcurrency, bool allowManySegments)
{
    static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<string, HandleEvent> handlers = new(StringComparer.Ordinal);

    public bool Has(string consumer) => handlers.ContainsKey(consumer);

    public ConsumerPort? PortOf(string consumer) =>
        handlers.TryGetValue(consumer, out var handler)
            ? new ConsumerPort.Handles((context, stopping) => CallAsync(handler, context, stopping))
            : null;

    /// <param name="configure">Changes what the subscription has by default: priority 0, the settings' retry, no order.</param>
    public async Task<Either<SubscribeFault, Unit>> SubscribeAsync(
        string consumer, string pattern, HandleEvent handler, Func<Consumer, Consumer> configure, CancellationToken stopping)
    {
        if (!EventPattern.Parse(pattern, allowManySegments).TryGetRight(out var parsed, out var fault))
            return new SubscribeFault.BadPattern(fault);
        if (!handlers.TryAdd(consumer, handler)) return new SubscribeFault.NameTaken(consumer);
        var definition = configure(new Consumer(
            consumer, ConsumerKind.Handler, parsed, 0, null, defaultConcurrency, DefaultTimeout, false, new ConsumerState.Active()));
        var saved = (await store.Consumers.Save(definition, stopping))
            .MapLeft(failure => (SubscribeFault)new SubscribeFault.Unavailable(failure))
            .Bind<Unit>(isSaved => isSaved ? Unit.Default : new SubscribeFault.OtherKind(consumer));
        if (saved.IsLeft) handlers.TryRemove(consumer, out _);
        return saved;
    }

    /// <summary>Ends the subscription: what still waits for it is skipped. False where there is none of the name.</summary>
    public async Task<Either<StoreFailure, bool>> UnsubscribeAsync(string consumer, DateTimeOffset now, CancellationToken stopping)
    {
        handlers.TryRemove(consumer, out _);
        return await store.Consumers.Remove(consumer, now, stopping);
    }

    /// <summary>The same for all whose names begin so; answers how many there were.</summary>
    public async Task<Either<StoreFailure, int>> UnsubscribePrefixAsync(string prefix, DateTimeOffset now, CancellationToken stopping)
    {
        if (!(await store.Consumers.All(stopping)).TryGetRight(out var all, out var failure)) return failure;
        var removed = 0;
        foreach (var consumer in all.Where(c => c.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            if (!(await UnsubscribeAsync(consumer.Name, now, stopping)).TryGetRight(out var was, out failure)) return failure;
            if (was) removed++;
        }

        return removed;
    }

    /// <summary>On a thread of the pool: a handler that blocks its thread is left behind at its time limit like one that hangs.</summary>
    static async Task<Either<TryFailure, Unit>> CallAsync(HandleEvent handler, HandlerContext context, CancellationToken stopping)
    {
        await Task.Run(() => handler(context, stopping), CancellationToken.None);
        return Unit.Default;
    }
}
