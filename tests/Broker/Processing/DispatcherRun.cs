using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Broker.Processing;

/// <summary>One process's dispatcher over a store, with a clock that is moved by hand.</summary>
public abstract class DispatcherRun(DateTimeOffset now)
{
    protected FakeTimeProvider Clock { get; } = new(now);

    protected Dictionary<string, ConsumerPort> Ports { get; } = new(StringComparer.Ordinal);

    protected BrokerTuning Tuning { get; set; } = BrokerTuning.Contract;

    protected CancellationTokenSource Stop { get; } = new();

    protected Running StartOn(BrokerStore store)
    {
        var dispatcher = new Dispatcher(new DispatcherTools(
            store, c => Ports.GetValueOrDefault(c.Name), () => Tuning, "p1", Clock, () => 0, _ => { }, NullLogger.Instance));
        return new Running(Task.Run(() => dispatcher.RunAsync(Stop.Token)), Stop, dispatcher);
    }

    protected async Task UntilAsync(Func<Task<bool>> holds, TimeSpan? move = null)
    {
        for (var i = 0; i < 3000; i++)
        {
            if (await holds()) return;
            if (move is { } by) await MoveAsync(by);
            else await Task.Delay(5);
        }

        Assert.Fail("it did not come to pass");
    }

    protected async Task MoveAsync(TimeSpan by)
    {
        Clock.Advance(by);
        await Task.Delay(2);
    }

    protected sealed record Running(Task Ended, CancellationTokenSource Stop, Dispatcher Dispatcher) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Stop.CancelAsync();
            await Ended.WaitAsync(TimeSpan.FromSeconds(20));
            Dispatcher.Dispose();
        }
    }
}
