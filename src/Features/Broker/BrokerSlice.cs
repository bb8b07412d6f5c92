using Hobom.Slices.Broker.Consumers;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Publishing;
using Hobom.Slices.Broker.Replays;
using Hobom.Slices.Broker.Schemas;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker;

/// <summary>What the slice is given to wire itself from.</summary>
/// <param name="Owner">This process, in leases; no two processes have the same.</param>
/// <param name="Publish">To Kafka; null: consumers that are topics wait for a process that can.</param>
public sealed record BrokerTools(
    TimeProvider Clock, Func<double> Chance, ILoggerFactory Logs, string Owner, PublishIf? Publish, FindWritten? FindWritten)
{
    /// <summary>Nothing is given out meanwhile.</summary>
    public Func<bool> IsPaused { get; init; } = () => false;
}

/// <summary>Durable events and their consumers, whole. Built at once; its store is opened when it runs, and again until it opens.</summary>
public sealed class BrokerSlice : IAsyncDisposable
{
    static readonly TimeSpan OpenDelay = TimeSpan.FromSeconds(2);

    readonly BrokerTools tools;
    readonly ILogger log;
    readonly List<Func<HandlerRegistry, CancellationToken, Task<LanguageExt.Either<SubscribeFault, LanguageExt.Unit>>>> subscriptions = [];
    readonly Upcasting upcasting;
    OpenStore? opened;
    int isRunning;

    BrokerSlice(BrokerSettings settings, BrokerTools tools)
    {
        (Settings, this.tools) = (settings, tools);
        log = tools.Logs.CreateLogger("Hobom.Slices.Broker");
        Tuning = new TuningControl(settings.Tuning, log);
        Watch = new BrokerWatch(tools.Clock);
        Schemas = new SchemaControl(settings.SchemaPromise, tools.Clock, log);
        upcasting = new Upcasting(() => Schemas.Now);
        Counters = new BrokerCounters(() => Watch.Last?.Waiting ?? 0);
        History = new ConsumerHistory(tools.Clock);
    }

    public BrokerSettings Settings { get; }

    public TuningControl Tuning { get; }

    public BrokerCounters Counters { get; }

    public ConsumerHistory History { get; }

    public BrokerWatch Watch { get; }

    public SchemaControl Schemas { get; }

    /// <summary>Null until the store is open.</summary>
    public OpenBroker? Open { get; private set; }

    public static BrokerSlice Build(BrokerSettings settings, BrokerTools tools) => new(settings, tools);

    /// <summary>Before the run: a handler that is there from the start.</summary>
    public void Subscribe(string consumer, string pattern, HandleEvent handler, Func<Consumer, Consumer>? configure = null) =>
        subscriptions.Add((handlers, stopping) => handlers.SubscribeAsync(consumer, pattern, handler, configure ?? (c => c), stopping));

    /// <summary>Before the run: makes payloads of a version into ones of the next, for consumers that read later ones.</summary>
    public void Upcast(string type, int fromVersion, Upcast function) => upcasting.Add(type, fromVersion, function);

    /// <summary>Once, until it is stopped. Events are given out when all handlers are registered, not before.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (Interlocked.Exchange(ref isRunning, 1) == 1) throw new InvalidOperationException("broker already running");
        if (await OpenAsync(stopping) is not { } broker) return;
        using var dispatcher = NewDispatcher(broker);
        await Task.WhenAll(
            dispatcher.RunAsync(stopping), Tuning.FollowAsync(broker.Store, tools.Clock, stopping),
            Watch.RunAsync(broker.Store, stopping), Schemas.FollowAsync(broker.Store, stopping),
            new StoreReplays(broker.Store, tools.Clock, log).RunAsync(stopping),
            new Retention(broker.Store, Settings.Retention, Settings.NoConsumerLimit, Counters.CountExpired, tools.Clock, log)
                .RunAsync(stopping));
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref opened, null) is { } last) await last.DisposeAsync();
        Counters.Dispose();
    }

    /// <summary>What its routes ask beside the clock and the audit, and its part of readiness.</summary>
    /// <param name="alone">There is nothing beside the broker: without its store the process does nothing.</param>
    public void AddTo(IServiceCollection services, bool alone)
    {
        services.TryAddSingleton<OpenStreams>();
        services.AddSingleton(this).AddHealthChecks().AddCheck("broker", new BrokerCheck(this, alone));
    }

    async Task<OpenBroker?> OpenAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var store = await OpenStore.OpenAsync(Settings, () => Tuning.Now, tools.Clock, log, stopping);
            if (!store.TryGetRight(out opened, out var failure))
            {
                log.LogWarning(LogEvents.Named("broker.store-trouble"), "broker: the store does not open: {Reason}", failure.Message);
            }
            else
            {
                var handlers = new HandlerRegistry(opened.Store, Settings.WorkerCount, Settings.AllowManySegments);
                var publisher = new EventPublisher(
                    opened.Store, EventLimits.Default with { PayloadBytes = Settings.PayloadBytes }, Settings.KeepSecrets, handlers.Has,
                    tools.Clock)
                {
                    Misfit = given => Schemas.Now.Misfit(given), OnMisfit = Settings.OnMisfit,
                };
                if (await LearnAsync(opened.Store, stopping) && await RegisterAsync(handlers, stopping))
                    return Open = new OpenBroker(opened.Store, publisher, handlers);
                await opened.DisposeAsync();
                opened = null;
            }

            if (!await Delays.WaitAsync(OpenDelay, tools.Clock, stopping)) return null;
        }

        return null;
    }

    /// <summary>What an operator has switched off stays off, and what a schema refuses is refused: both are known first.</summary>
    async Task<bool> LearnAsync(BrokerStore store, CancellationToken stopping)
    {
        var learnt = (await Tuning.RefreshAsync(store, stopping)).Map(_ => true);
        if (learnt.IsRight) learnt = (await Schemas.RefreshAsync(store, stopping)).Map(_ => true);
        learnt.IfLeft(failure => log.LogWarning(
            LogEvents.Named("broker.store-trouble"), "broker: the stored settings and schemas are not known: {Reason}", failure.Message));
        return learnt.IsRight;
    }

    async Task<bool> RegisterAsync(HandlerRegistry handlers, CancellationToken stopping)
    {
        foreach (var subscribe in subscriptions)
        {
            if ((await subscribe(handlers, stopping)).TryGetRight(out _, out var fault)) continue;
            log.LogError(LogEvents.Named("broker.handler-refused"), "broker: a handler is not registered: {Fault}", fault);
            return false;
        }

        return true;
    }

    BrokerTuning NowOrPaused() => tools.IsPaused() ? Tuning.Now with { ProcessorEnabled = false } : Tuning.Now;

    void CountTry(TryMade made)
    {
        Counters.CountTry(made);
        History.Count(made);
    }

    Dispatcher NewDispatcher(OpenBroker broker)
    {
        var webhooks = new WebhookSender(Settings.AllowPrivateReceivers, tools.Clock);
        var topics = tools is { Publish: { } publish, FindWritten: { } find } ? new TopicSender(publish, find) : null;
        ConsumerPort? PortOf(Consumer consumer) => consumer.Kind switch
        {
            ConsumerKind.Handler => broker.Handlers.PortOf(consumer.Name),
            ConsumerKind.Webhook => webhooks.AsPort(),
            ConsumerKind.Kafka => topics?.AsPort(),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new Dispatcher(new DispatcherTools(
            broker.Store, PortOf, NowOrPaused, tools.Owner, tools.Clock, tools.Chance, CountTry, log)
        {
            Bring = upcasting.Bring,
        });
    }
}

/// <summary>The broker with its store open.</summary>
public sealed record OpenBroker(BrokerStore Store, EventPublisher Publisher, HandlerRegistry Handlers);
