using System.Collections.Concurrent;
using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Settings;
using Microsoft.Extensions.Logging.Abstractions;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>A stop among publishers, and a start after it, on a store that outlives both.</summary>
public sealed class BrokerRestartTests : IDisposable
{
    readonly string folder = ServerFolder.New("hobom-restart-");
    readonly ConcurrentBag<string> handled = [];
    BrokerSlice? slice;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The predecessor's publish threw while it stopped, and every one after a second start.</summary>
    [Fact]
    public async Task D3_what_is_published_while_it_stops_is_refused_or_handled_after_the_next_start()
    {
        var stored = new ConcurrentBag<string>();
        var (enough, isOver) = (new TaskCompletionSource(), false);
        Task[] publishers = [];
        async Task PublishAsync(OpenBroker broker, string name)
        {
            for (var (i, after) = (0, 0); after < 5; i++)
            {
                if (Volatile.Read(ref isOver)) after++;
                if ((await broker.Publisher.PublishAsync([Event($"{name}-{i}")], default)).IsRight) stored.Add($"{name}-{i}");
                if (stored.Count > 40) enough.TrySetResult();
            }
        }

        await RunAsync(async (broker, stop) =>
        {
            publishers = [.. Enumerable.Range(0, 4).Select(p => Task.Run(() => PublishAsync(broker, $"p{p}")))];
            await enough.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await stop.CancelAsync();
        });
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(publishers).WaitAsync(TimeSpan.FromSeconds(60));
        await RunAsync(async (broker, stop) =>
        {
            for (var i = 0; i < 3000 && (await broker.Store.Read.Count(default).Right()).Completed < stored.Count; i++) await Task.Delay(20);
            await stop.CancelAsync();
        });
        // One whose answer was lost in the closing of the store may be there all the same.
        Assert.Empty(stored.Except(handled));
        Assert.Equal(handled.Count, handled.Distinct().Count());
    }

    [Fact]
    public async Task What_an_operator_has_switched_off_is_off_from_the_start()
    {
        await RunAsync(async (broker, stop) =>
        {
            await broker.Store.Settings.Set("outbox-processor-enabled", "false", "anna", default).Right();
            await stop.CancelAsync();
        });
        await RunAsync(async (broker, stop) =>
        {
            Assert.False(slice!.Tuning.Now.ProcessorEnabled);
            await broker.Publisher.PublishAsync([Event("e1")], default).Right();
            await stop.CancelAsync();
        });
        await RunAsync(async (broker, stop) =>
        {
            await Task.Delay(500);
            Assert.Empty(handled);
            await slice!.Tuning.ChangeAsync(broker.Store, "outbox-processor-enabled", "true", "anna", default).Right();
            for (var i = 0; i < 3000 && handled.IsEmpty; i++) await Task.Delay(20);
            await stop.CancelAsync();
        });
        Assert.Equal(["e1"], handled);
    }

    async Task RunAsync(Func<OpenBroker, CancellationTokenSource, Task> work)
    {
        var settings = BrokerSettingsReader.Read(new Dictionary<string, string>
        {
            ["HOBOM_BROKER_PROVIDER"] = "sqlite", ["HOBOM_BROKER_SQLITE_FILE"] = Path.Combine(folder, "events.db"),
        }).Right().IfNone(() => throw new InvalidOperationException("off"));
        slice = BrokerSlice.Build(
            settings, new BrokerTools(TimeProvider.System, () => 0, NullLoggerFactory.Instance, $"{Guid.NewGuid()}", null, null));
        slice.Subscribe("c", "*", (context, _) =>
        {
            handled.Add(context.Event.Id);
            return Task.CompletedTask;
        });
        using var stop = new CancellationTokenSource();
        var running = slice.RunAsync(stop.Token);
        for (var i = 0; i < 3000 && slice.Open is null; i++) await Task.Delay(10);
        await work(slice.Open!, stop);
        await running;
        await slice.DisposeAsync();
    }
}
