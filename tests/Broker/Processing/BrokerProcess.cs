using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>A dispatcher that can be killed: from then on it hears no answer and no timer.</summary>
sealed class BrokerProcess(BrokerWorld world, string name) : TimeProvider
{
    readonly CancellationTokenSource stop = new();
    bool killed;

    public override long TimestampFrequency => world.Clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => world.Clock.GetUtcNow();

    public override long GetTimestamp() => world.Clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        world.Clock.CreateTimer(
            _ =>
            {
                if (!killed) callback(state);
            },
            null, dueTime, period);

    public void Start()
    {
        var tools = new DispatcherTools(
            Reached(), PortOf, () => BrokerTuning.Contract, name, this, () => 0.5, _ => { }, NullLogger.Instance);
        _ = new Dispatcher(tools).RunAsync(stop.Token);
    }

    public void Kill() => killed = true;

    public void Stop() => stop.Cancel();

    ConsumerPort PortOf(Consumer consumer) => consumer.Name == BrokerWorld.Effects
        ? new ConsumerPort.Handles(HandleAsync)
        : new ConsumerPort.Sends((sending, stopping) => SendAsync(sending.Claimed, stopping));

    async Task<Either<TryFailure, Unit>> HandleAsync(HandlerContext context, CancellationToken stopping)
    {
        await HearAsync(() => 0);
        if (world.Chance(world.FaultShare / 2)) throw new InvalidOperationException("by chance");
        context.Transaction.MemoryWrites.Add(() => world.Written.Add(context.Event.Id));
        return Unit.Default;
    }

    async Task<Either<TryFailure, Unit>> SendAsync(Claimed claimed, CancellationToken stopping)
    {
        var (applied, answered) = world.Fate();
        if (applied != answered) world.Excuses++;
        await HearAsync(() =>
        {
            if (applied) world.Receive(claimed);
            return 0;
        });
        if (answered) return Unit.Default;
        if (world.Chance(0.3)) await Task.Delay(Timeout.Infinite, stopping);
        return world.Below(4) switch
        {
            0 => new TryFailure.ConsumerDown("by chance"),
            1 => new TryFailure.Permanent("by chance"),
            _ => new TryFailure.Transient("by chance"),
        };
    }

    BrokerStore Reached() => world.Store with
    {
        Route = (request, stop) => ReachAsync(() => world.Store.Route(request, stop)),
        Claim = (request, stop) => ReachAsync(() => world.Store.Claim(request, stop)),
        Renew = (leases, until, stop) => ReachAsync(() => world.Store.Renew(leases, until, stop)),
        BeginLast = (leases, stop) => ReachAsync(() => world.Store.BeginLast(leases, stop)),
        Close = (closings, now, stop) => ReachAsync(() => world.Store.Close(closings, now, stop)),
        Due = (now, stop) => ReachAsync(() => world.Store.Due(now, stop)),
        NextDue = (now, stop) => ReachAsync(() => world.Store.NextDue(now, stop)),
        Transact = TransactAsync,
        Consumers = world.Store.Consumers with
        {
            All = stop => ReachAsync(() => world.Store.Consumers.All(stop)),
            SetStateByTries = (consumer, state, stop) =>
                ReachAsync(() => world.Store.Consumers.SetStateByTries(consumer, state, stop)),
        },
    };

    async Task<TransactionEnd> TransactAsync(Claimed claimed, HandlerWork work, DateTimeOffset now, CancellationToken stopping)
    {
        var writes = new List<Action>();
        var result = await work(new HandlerTransaction(null, null, writes), stopping);
        if (!result.TryGetRight(out _, out var failure)) return new TransactionEnd.WorkFailed(failure);
        var (applied, answered) = world.Fate();
        var end = await HearAsync(() => applied ? Commit(claimed, writes, now) : new TransactionEnd.Unknown(new StoreFailure("by chance")));
        return answered ? end : new TransactionEnd.Unknown(new StoreFailure("by chance"));
    }

    TransactionEnd Commit(Claimed claimed, List<Action> writes, DateTimeOffset now) => world.Store.Transact(
        claimed,
        (transaction, _) =>
        {
            foreach (var write in writes) transaction.MemoryWrites.Add(write);
            return Task.FromResult<Either<TryFailure, Unit>>(Unit.Default);
        },
        now, default).GetAwaiter().GetResult();

    async Task<Either<StoreFailure, T>> ReachAsync<T>(Func<Task<Either<StoreFailure, T>>> call)
    {
        var (applied, answered) = world.Fate();
        if (applied != answered) world.Excuses++;
        var result = await HearAsync(() => applied ? call().GetAwaiter().GetResult() : new StoreFailure("by chance"));
        return answered ? result : new StoreFailure("by chance");
    }

    /// <summary>The call is made at some later turn; the dead hear nothing of it.</summary>
    async Task<T> HearAsync<T>(Func<T> call)
    {
        if (killed) await new TaskCompletionSource().Task;
        var result = await world.Turns.CallAsync(call);
        if (killed) await new TaskCompletionSource().Task;
        return result;
    }
}
