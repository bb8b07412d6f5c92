using System.Collections.Concurrent;
using System.Diagnostics;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Tests.Broker.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>The broker as a program has it, from its start to its stop, on the memory store.</summary>
public sealed class BrokerLifeTests : IAsyncDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentBag<(string Consumer, string Id)> handled = [];
    readonly BrokerSlice slice;
    Task running = Task.CompletedTask;

    public BrokerLifeTests()
    {
        var settings = BrokerSettingsReader.Read(new Dictionary<string, string>
        {
            ["HOBOM_BROKER_PROVIDER"] = "memory", ["HOBOM_BROKER_INSTANCE_ID"] = "test-instance", ["HOBOM_BROKER_WORKER_COUNT"] = "2",
        }).Right().IfNone(() => throw new InvalidOperationException("off"));
        slice = BrokerSlice.Build(settings, new BrokerTools(TimeProvider.System, () => 0, NullLoggerFactory.Instance, "p1", null, null));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        await slice.DisposeAsync();
        stop.Dispose();
    }

    [Fact]
    public async Task B2_D3_a_second_start_is_an_error_and_a_stop_may_come_twice()
    {
        await StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => slice.RunAsync(stop.Token));
        await stop.CancelAsync();
        await running;
        await stop.CancelAsync();
        await slice.DisposeAsync();
        await slice.DisposeAsync();
    }

    [Fact]
    public void B5_before_the_start_nothing_takes_events() => Assert.Null(slice.Open);

    [Fact]
    public async Task B4_B7_B11_fifty_publishers_at_once_reach_every_consumer_whose_pattern_fits()
    {
        foreach (var pattern in (string[])["test.*", "test.event", "*"]) Subscribe(pattern, pattern);
        Subscribe("other", "other.*");
        await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => PublishAsync($"e{i}")));
        await UntilAsync(() => handled.Count == 150);
        Assert.Equal(150, handled.Distinct().Count());
        Assert.DoesNotContain("other", handled.Select(h => h.Consumer));
    }

    [Fact]
    public async Task B8_after_the_subscription_is_taken_back_the_handler_is_not_called()
    {
        Subscribe("c", "test.*");
        await StartAsync();
        await PublishAsync("e1");
        await UntilAsync(() => handled.Count == 1);
        Assert.True(await slice.Open!.Handlers.UnsubscribeAsync("c", DateTimeOffset.UtcNow, default).Right());
        await PublishAsync("e2");
        await UntilAsync(() => slice.Open.Store.OneAsync("e2").Result.NoConsumerSince is not null);
        Assert.Single(handled);
    }

    [Fact]
    public async Task B10_D4_counts_and_the_instance_are_told_also_where_nobody_waits()
    {
        Subscribe("c", "test.*");
        await StartAsync();
        foreach (var id in (string[])["e1", "e2", "e3"]) await PublishAsync(id);
        await UntilAsync(() => handled.Count == 3);
        Assert.Equal("test-instance", slice.Settings.InstanceId);
        await UntilAsync(() => slice.Open!.Store.Read.Count(default).Right().Result.Completed == 3);
    }

    [Fact]
    public async Task B3_S7_a_publish_that_waits_gives_the_handler_the_very_event_and_leaves_it_completed()
    {
        var given = Given("e1") with { UserId = 123, Metadata = "{\"a\":1}" };
        BrokerEvent? seen = null;
        slice.Subscribe("c", "test.*", (context, _) =>
        {
            seen = context.Event;
            return Task.CompletedTask;
        });
        await StartAsync();
        Assert.True((await slice.Open!.Publisher.PublishAndWaitAsync(given, default).Right()).IsNone);
        Assert.True(seen!.SaysTheSameAs(given));
        Assert.Equal(EventStatus.Completed, (await slice.Open.Store.OneAsync("e1")).Status);
    }

    [Fact]
    public async Task B6_one_that_always_fails_is_called_three_times_with_two_retries_and_the_publisher_hears_of_it()
    {
        var calls = 0;
        slice.Subscribe("bad", "test.*", (_, _) =>
        {
            calls++;
            throw new InvalidOperationException("no");
        }, c => c with { Retry = new ConsumerRetry(2, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100), 2, 0) });
        await StartAsync();
        var error = await slice.Open!.Publisher.PublishAndWaitAsync(Given("e1"), default).Right();
        Assert.Equal("handler failed after 3 attempts: InvalidOperationException: no", error.IfNone(""));
        Assert.Equal((3, EventStatus.Failed), (calls, (await slice.Open.Store.OneAsync("e1")).Status));
    }

    [Fact]
    public async Task B14_a_publish_that_waits_returns_when_the_handler_is_through()
    {
        Subscribe("c", "test.*");
        await StartAsync();
        Assert.True((await slice.Open!.Publisher.PublishAndWaitAsync(Given("e1"), default).Right()).IsNone);
        Assert.Equal([("c", "e1")], handled);
    }

    [Fact]
    public async Task Integration7_an_error_in_a_turn_does_not_end_the_loop()
    {
        var turns = 0;
        var store = Hobom.Slices.Broker.Stores.Memory.MemoryStore.Open(100, TimeProvider.System);
        await store.Consumers.Save(Consumer("c"), default).Right();
        var failing = store with
        {
            Route = (request, stopping) =>
                Interlocked.Increment(ref turns) == 1 ? throw new InvalidOperationException("a bug") : store.Route(request, stopping),
        };
        using var dispatcher = new Hobom.Slices.Broker.Processing.Dispatcher(new Hobom.Slices.Broker.Processing.DispatcherTools(
            failing, _ => new Hobom.Slices.Broker.Processing.ConsumerPort.Sends((sending, _) =>
            {
                handled.Add((sending.Consumer.Name, sending.Claimed.Event.Id));
                return Task.FromResult<LanguageExt.Either<TryFailure, LanguageExt.Unit>>(LanguageExt.Unit.Default);
            }),
            () => Hobom.Slices.Broker.Processing.BrokerTuning.Contract, "p1", TimeProvider.System, () => 0, _ => { }, NullLogger.Instance));
        await store.AppendAsync(Event("e1"));
        running = dispatcher.RunAsync(stop.Token);
        await UntilAsync(() => !handled.IsEmpty);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task B12_Integration16_a_stop_waits_for_what_was_begun_and_for_nothing_else()
    {
        var begun = new TaskCompletionSource();
        slice.Subscribe("slow", "test.*", async (context, _) =>
        {
            begun.TrySetResult();
            await Task.Delay(200, CancellationToken.None);
            handled.Add(("slow", context.Event.Id));
        });
        await StartAsync();
        await PublishAsync("e1");
        await begun.Task;
        var since = Stopwatch.StartNew();
        await stop.CancelAsync();
        await running;
        Assert.Single(handled);
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(15), "it waited for its poll interval");
    }

    void Subscribe(string name, string pattern) => slice.Subscribe(name, pattern, (context, _) =>
    {
        handled.Add((name, context.Event.Id));
        return Task.CompletedTask;
    });

    async Task StartAsync()
    {
        running = slice.RunAsync(stop.Token);
        await UntilAsync(() => slice.Open is not null);
    }

    async Task PublishAsync(string id) => await slice.Open!.Publisher.PublishAsync([Given(id)], default).Right();

    static BrokerEvent Given(string id) => Event(id, "test.event");

    static async Task UntilAsync(Func<bool> holds)
    {
        for (var since = Stopwatch.StartNew(); !holds(); await Task.Delay(10))
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(60), "it did not come about");
    }
}
