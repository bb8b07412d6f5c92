using Hobom.Slices.Runtime;
using NATS.Client.Core;

namespace Hobom.Slices.Broker.Stores.Nats;

/// <summary>A published message goes to plain subscribers too: nothing has to be asked for again and again.</summary>
sealed class NatsWatch(NatsConnection connection, IReadOnlyList<string> subjects, TimeProvider clock)
{
    static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public Task RunAsync(Action changed, CancellationToken stopping) =>
        Task.WhenAll([.. subjects.Select(s => ListenAsync(s, changed, stopping)), LookAsync(changed, stopping)]);

    async Task LookAsync(Action changed, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Delays.WaitAsync(Look, clock, stopping);
            if (!stopping.IsCancellationRequested) changed();
        }
    }

    async Task ListenAsync(string subject, Action changed, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await foreach (var _ in connection.SubscribeAsync<byte[]>(subject, cancellationToken: stopping)) changed();
            }
            catch (Exception away) when (away is NatsException or OperationCanceledException or ObjectDisposedException)
            {
                if (!stopping.IsCancellationRequested) await Delays.WaitAsync(FailurePause, clock, stopping);
            }
        }
    }
}
