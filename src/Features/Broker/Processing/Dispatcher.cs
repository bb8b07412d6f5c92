using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Processing;

/// <param name="PortOf">How this process reaches the consumer; null where another one must.</param>
/// <param name="Owner">This process, in leases.</param>
/// <param name="Count">Told of each try.</param>
public sealed record DispatcherTools(
    BrokerStore Store, Func<Consumer, ConsumerPort?> PortOf, Func<BrokerTuning> Tuning, string Owner, TimeProvider Clock,
    Func<double> Chance, Action<TryMade> Count, ILogger Log)
{
    /// <summary>Makes an event one that the consumer reads; left: it waits, or never will be.</summary>
    public Func<Claimed, Consumer, Either<TryFailure, Claimed>> Bring { get; init; } = (claimed, _) => claimed;
}

/// <summary>
/// One process's share of the work: routes new events, leases due handlings for each consumer that it can reach, and
/// rests until something wakes it, something falls due, or the poll interval is over. Several processes do the same on
/// one store.
/// </summary>
public sealed class Dispatcher : IDisposable
{
    static readonly TimeSpan StoreDownDelay = TimeSpan.FromSeconds(1);

    /// <summary>How soon it is seen that the processor is switched on again.</summary>
    static readonly TimeSpan OffInterval = TimeSpan.FromSeconds(2);

    const int RouteBatch = 500;

    readonly DispatcherTools tools;
    readonly Lanes lanes;
    readonly LaneFeed feed;
    readonly CancellationTokenSource hardStop = new();
    readonly Signal changed = new();
    readonly Signal woken;
    bool drains;
    DateTimeOffset? nextProbe;

    public Dispatcher(DispatcherTools tools)
    {
        this.tools = tools;
        woken = tools.Store.WakeUp.Listen();
        var runner = new TryRunner(tools.Store, tools.Tuning, tools.Bring, tools.Clock);
        var closer = new Closer(tools.Store, tools.Clock, hardStop.Token);
        lanes = new Lanes(new LanePorts(
            runner.RunAsync, runner.CanShare, runner.RunTogetherAsync, closer.CloseAsync, SetStateAsync, changed.Set, tools.Count,
            tools.Tuning, tools.Clock, tools.Chance, tools.Log));
        feed = new LaneFeed(tools, lanes, SetStateAsync, hardStop.Token);
    }

    /// <summary>Until it is stopped: then it hands back what it has not begun, and waits a while for what it has.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var renewing = CancellationTokenSource.CreateLinkedTokenSource(hardStop.Token);
        var renewal = new LeaseKeeper(tools.Store, lanes, tools.Tuning, tools.Clock).RunAsync(renewing.Token);
        drains = tools.Tuning().StartupDrainEnabled;
        if (!drains) await RestAsync(Turn.Busy, stopping);
        while (!stopping.IsCancellationRequested)
        {
            var turn = await TakeTurnAsync(stopping);
            if (turn is Turn.Idle) drains = false;
            if (turn is Turn.More) continue;
            await RestAsync(turn, stopping);
        }

        await lanes.StopAsync(changed, hardStop, tools.Clock);
        Cancel(renewing);
        await renewal;
        tools.Store.WakeUp.Forget(woken);
    }

    /// <summary>After the run.</summary>
    public void Dispose() => hardStop.Dispose();

    /// <summary>A bug costs a turn, and not the loop.</summary>
    async Task<Turn> TakeTurnAsync(CancellationToken stopping)
    {
        try
        {
            return await TurnAsync(stopping);
        }
        catch (Exception bug)
        {
            tools.Log.LogError(LogEvents.Named("broker.bug"), bug, "broker: internal error");
            return Turn.StoreDown;
        }
    }

    /// <summary>Routes and leases once. More: there may be work left right now.</summary>
    async Task<Turn> TurnAsync(CancellationToken stopping)
    {
        var tuning = tools.Tuning();
        if (!tuning.OutboxEnabled || !tuning.ProcessorEnabled) return Turn.Off;
        if (!(await tools.Store.Consumers.All(stopping)).TryGetRight(out var all, out var failure)) return StoreDown(failure);
        ReachedConsumer[] reached =
        [
            .. from consumer in all.OrderByDescending(c => c.Priority)
               let port = tools.PortOf(consumer)
               where port is not null
               select new ReachedConsumer(consumer, port),
        ];
        lanes.ForgetAllBut(all.Select(c => c.Name));
        var now = tools.Clock.GetUtcNow();
        nextProbe = reached.Select(r => (r.Consumer.State as ConsumerState.Paused)?.ProbeAt).Where(at => at > now).Min();
        feed.Begin(tuning, drains);
        if (!(await feed.RouteAsync(RouteBatch, reached, stopping)).TryGetRight(out var looked, out failure)) return StoreDown(failure);
        if (!(await tools.Store.Due(tools.Clock.GetUtcNow(), stopping)).TryGetRight(out var due, out failure)) return StoreDown(failure);
        var claimed = 0;
        var full = false;
        foreach (var consumer in reached)
        {
            if (stopping.IsCancellationRequested) break;
            var share = await feed.ClaimAsync(consumer, due.Contains(consumer.Consumer.Name), stopping);
            if (share.Failure is { } away) return StoreDown(away);
            claimed += share.Count;
            full |= share.Full;
        }

        return full || looked == RouteBatch ? Turn.More : claimed > 0 || looked > 0 ? Turn.Busy : Turn.Idle;
    }

    async Task RestAsync(Turn turn, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var now = tools.Clock.GetUtcNow();
        var rest = turn is Turn.StoreDown ? StoreDownDelay : tools.Tuning().Rest(turn is Turn.Busy);
        if (turn is not Turn.StoreDown && (await tools.Store.NextDue(now, stopping)).TryGetRight(out var due, out _))
            rest = due.Match(at => TimeSpan.FromTicks(Math.Clamp((at - now).Ticks, 0, rest.Ticks)), () => rest);
        if (turn is Turn.Off) rest = OffInterval;
        if (turn is Turn.Idle or Turn.Busy && nextProbe - now is { } probe && rest > probe)
            rest = probe > TimeSpan.Zero ? probe : TimeSpan.Zero;
        if (feed.LookWasSkipped && rest > LaneFeed.ExpiredLookInterval) rest = LaneFeed.ExpiredLookInterval;
        var waits = new List<Task> { Task.Delay(rest, tools.Clock, over.Token) };
        // While the store is away every try ends at once, and none of these ends is news.
        if (turn is not Turn.StoreDown) waits.AddRange([changed.WaitAsync(over.Token), woken.WaitAsync(over.Token)]);
        await Task.WhenAny(waits);
        Cancel(over);
    }

    async Task<bool> SetStateAsync(string consumer, ConsumerState state)
    {
        var set = await tools.Store.Consumers.SetStateByTries(consumer, state, CancellationToken.None);
        if (!set.TryGetRight(out var changed, out var failure)) StoreDown(failure);
        else if (changed)
            tools.Log.LogWarning(LogEvents.Named("broker.consumer-state"), "broker: consumer {Consumer} is {State}", consumer, state);
        return changed;
    }

    /// <summary>On this thread: its asynchronous form goes through the thread pool, and a simulated process has only one.</summary>
    static void Cancel(CancellationTokenSource source) => source.Cancel();

    Turn StoreDown(StoreFailure failure)
    {
        tools.Log.LogWarning(LogEvents.Named("broker.store-trouble"), "broker: the store does not answer: {Reason}", failure.Message);
        return Turn.StoreDown;
    }

    enum Turn
    {
        Idle,

        /// <summary>By a setting, or paused.</summary>
        Off,

        Busy,
        More,
        StoreDown,
    }
}
