using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Processing;

/// <param name="PortOf">How this process reaches the consumer; null where another one must.</param>
/// <param name="Owner">This process, in leases.</param>
/// <param name="Count">Told of each try.</param>
public sealed record DispatcherTools(
    BrokerStore Store, Func<Consumer, ConsumerPort?> PortOf, Func<BrokerTuning> Tuning, string Owner, TimeProvider Clock,
    Func<double> Chance, Action<TryMade> Count, ILogger Log);

/// <summary>
/// One process's share of the work: routes new events, leases due handlings for each consumer that it can reach, and
/// rests until something wakes it, something falls due, or the poll interval is over. Several processes do the same on
/// one store.
/// </summary>
public sealed class Dispatcher : IDisposable
{
    /// <summary>How long tries that are under way may go on once the process stops.</summary>
    static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(20);

    static readonly TimeSpan StoreDownDelay = TimeSpan.FromSeconds(1);

    /// <summary>A busy process takes many turns a second; leases run out rarely.</summary>
    static readonly TimeSpan ExpiredLookInterval = TimeSpan.FromSeconds(1);

    /// <summary>How soon it is seen that the processor is switched on again.</summary>
    static readonly TimeSpan OffInterval = TimeSpan.FromSeconds(2);

    const int RouteBatch = 500;

    readonly DispatcherTools tools;
    readonly LanePorts lanePorts;
    readonly Dictionary<string, ConsumerLane> lanes = new(StringComparer.Ordinal);
    readonly CancellationTokenSource hardStop = new();
    readonly Signal changed = new();
    readonly Signal woken;
    bool drains;
    bool lookWasSkipped;

    public Dispatcher(DispatcherTools tools)
    {
        this.tools = tools;
        woken = tools.Store.WakeUp.Listen();
        var runner = new TryRunner(tools.Store, tools.Tuning, tools.Clock);
        var closer = new Closer(tools.Store, tools.Clock, hardStop.Token);
        lanePorts = new LanePorts(
            runner.RunAsync, closer.CloseAsync, SetStateAsync, changed.Set, tools.Count, tools.Tuning, tools.Clock, tools.Chance,
            tools.Log);
    }

    /// <summary>Until it is stopped: then it hands back what it has not begun, and waits a while for what it has.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var renewing = CancellationTokenSource.CreateLinkedTokenSource(hardStop.Token);
        var renewal = RenewAsync(renewing.Token);
        drains = tools.Tuning().StartupDrainEnabled;
        if (!drains) await RestAsync(Turn.Busy, stopping);
        while (!stopping.IsCancellationRequested)
        {
            var turn = await TakeTurnAsync(stopping);
            if (turn is Turn.Idle) drains = false;
            if (turn is Turn.More) continue;
            await RestAsync(turn, stopping);
        }

        await StopAsync();
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
            tools.Log.LogError(bug, "broker: internal error");
            return Turn.StoreDown;
        }
    }

    /// <summary>Routes and leases once. More: there may be work left right now.</summary>
    async Task<Turn> TurnAsync(CancellationToken stopping)
    {
        var tuning = tools.Tuning();
        if (!tuning.OutboxEnabled || !tuning.ProcessorEnabled) return Turn.Off;
        var routed = await tools.Store.Route(RouteBatch, tools.Clock.GetUtcNow(), stopping);
        if (!routed.TryGetRight(out var looked, out var failure)) return StoreDown(failure);
        if (!(await tools.Store.Consumers.All(stopping)).TryGetRight(out var consumers, out failure)) return StoreDown(failure);
        lookWasSkipped = false;
        var claimed = 0;
        var full = false;
        foreach (var consumer in consumers.OrderByDescending(c => c.Priority))
        {
            if (stopping.IsCancellationRequested) break;
            if (tools.PortOf(consumer) is not { } port) continue;
            var lane = LaneOf(consumer.Name);
            var share = await ClaimAsync(lane, consumer, port, tuning, stopping);
            claimed += share.Count;
            full |= share.Full;
        }

        return full || looked == RouteBatch ? Turn.More : claimed > 0 || looked > 0 ? Turn.Busy : Turn.Idle;
    }

    async Task<(int Count, bool Full)> ClaimAsync(
        ConsumerLane lane, Consumer consumer, ConsumerPort port, BrokerTuning tuning, CancellationToken stopping)
    {
        var now = tools.Clock.GetUtcNow();
        var isProbe = consumer.State is ConsumerState.Paused { ProbeAt: { } at } && at <= now && lane.Held.Count == 0;
        if (consumer.State is not ConsumerState.Active && !isProbe) return (0, false);
        // What a process died with may kill this one too: it runs alone, so that no other event's try is spent with it.
        if (port is ConsumerPort.Handles && Lanes().Any(l => l.HasSuspect)) return (0, false);
        var room = isProbe ? 1 : lane.Room(consumer, drains ? Math.Max(tuning.BatchSize, tuning.StartupDrainBatchSize) : tuning.BatchSize);
        if (room == 0) return (0, false);
        if (isProbe)
            await SetStateAsync(
                consumer.Name, ((ConsumerState.Paused)consumer.State) with { ProbeAt = now + consumer.Timeout + tuning.Lease });
        var request = new ClaimRequest(
            consumer.Name, consumer.OrderedByKey, tools.Owner, now, tuning.Lease, port is ConsumerPort.Handles ? 1 : room, Expired: true);
        if (lane.ExpiredLookAt <= now)
        {
            var expired = await TakeAsync(lane, consumer, port, request, isProbe, stopping);
            // Where one was there may be more.
            lane.ExpiredLookAt = expired > 0 ? now : now + ExpiredLookInterval;
            if (expired > 0) return (expired, port is not ConsumerPort.Handles);
        }
        else
        {
            lookWasSkipped = true;
        }

        var due = await TakeAsync(lane, consumer, port, request with { Limit = room, Expired = false }, isProbe, stopping);
        return (due, due == room && !isProbe);
    }

    async Task<int> TakeAsync(
        ConsumerLane lane, Consumer consumer, ConsumerPort port, ClaimRequest request, bool isProbe, CancellationToken stopping)
    {
        if (!(await tools.Store.Claim(request, stopping)).TryGetRight(out var claimed, out var failure))
        {
            StoreDown(failure);
            return 0;
        }

        lane.Take(
            claimed.Select(c => new HeldHandling(
                c, consumer, port, isProbe, request.Expired && port is ConsumerPort.Handles, request.Now + request.Lease)),
            hardStop.Token);
        return claimed.Count;
    }

    async Task RestAsync(Turn turn, CancellationToken stopping)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var now = tools.Clock.GetUtcNow();
        var rest = turn is Turn.StoreDown ? StoreDownDelay : tools.Tuning().Rest(turn is Turn.Busy);
        if (turn is not Turn.StoreDown && (await tools.Store.NextDue(now, stopping)).TryGetRight(out var due, out _))
            rest = due.Match(at => TimeSpan.FromTicks(Math.Clamp((at - now).Ticks, 0, rest.Ticks)), () => rest);
        if (turn is Turn.Off) rest = OffInterval;
        if (lookWasSkipped && rest > ExpiredLookInterval) rest = ExpiredLookInterval;
        var waits = new List<Task> { Task.Delay(rest, tools.Clock, over.Token), changed.WaitAsync(over.Token) };
        if (turn is not Turn.StoreDown) waits.Add(woken.WaitAsync(over.Token));
        await Task.WhenAny(waits);
        Cancel(over);
    }

    async Task RenewAsync(CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(tools.Tuning().Lease / 3, tools.Clock, ended);
                var held = Lanes().SelectMany(l => l.Held).ToArray();
                if (held.Length == 0) continue;
                var until = tools.Clock.GetUtcNow() + tools.Tuning().Lease;
                var renewed = await tools.Store.Renew([.. held.Select(h => h.Lease)], until, ended);
                NoteRenewal(held, renewed, until);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>What is not held any more is let go of; what could not be renewed, when its time is up.</summary>
    void NoteRenewal(HeldHandling[] held, Either<StoreFailure, IReadOnlySet<Guid>> renewed, DateTimeOffset until)
    {
        var answered = renewed.TryGetRight(out var kept, out _);
        foreach (var handling in held)
        {
            if (answered && kept!.Contains(handling.Claimed.HandlingId)) handling.LeasedUntil = until;
            else if (answered || handling.LeasedUntil <= tools.Clock.GetUtcNow()) handling.Lose();
        }
    }

    async Task StopAsync()
    {
        await Task.WhenAll(Lanes().Select(l => l.CloseAsync()));
        using var over = new CancellationTokenSource(StopGrace, tools.Clock);
        while (Lanes().Any(l => l.Held.Count > 0) && !over.IsCancellationRequested)
        {
            try
            {
                await changed.WaitAsync(over.Token);
            }
            catch (OperationCanceledException)
            {
                Cancel(hardStop);
            }
        }

        while (Lanes().Any(l => l.Held.Count > 0)) await changed.WaitAsync(CancellationToken.None);
    }

    async Task SetStateAsync(string consumer, ConsumerState state)
    {
        tools.Log.LogWarning("broker: consumer {Consumer} is {State}", consumer, state);
        await tools.Store.Consumers.SetState(consumer, state, CancellationToken.None);
    }

    ConsumerLane LaneOf(string consumer)
    {
        lock (lanes)
        {
            if (lanes.TryGetValue(consumer, out var lane)) return lane;
            return lanes[consumer] = new ConsumerLane(lanePorts, consumer);
        }
    }

    ConsumerLane[] Lanes()
    {
        lock (lanes) return [.. lanes.Values];
    }

    /// <summary>On this thread: its asynchronous form goes through the thread pool, and a simulated process has only one.</summary>
    static void Cancel(CancellationTokenSource source) => source.Cancel();

    Turn StoreDown(StoreFailure failure)
    {
        tools.Log.LogWarning("broker: the store does not answer: {Reason}", failure.Message);
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
