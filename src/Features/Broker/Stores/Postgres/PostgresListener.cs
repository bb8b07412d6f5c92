using Npgsql;

namespace Hobom.Slices.Broker.Stores.Postgres;

/// <summary>Hears what commits announce, on a connection of its own that is made again whenever it breaks.</summary>
sealed class PostgresListener : IAsyncDisposable
{
    static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);

    readonly CancellationTokenSource closing = new();
    readonly Task listening;

    PostgresListener(NpgsqlDataSource source, string channel, Signals signal, TimeProvider clock) =>
        listening = ListenAsync(source, channel, signal, clock, closing.Token);

    public static PostgresListener Start(NpgsqlDataSource source, string channel, Signals signal, TimeProvider clock) =>
        new(source, channel, signal, clock);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await listening;
        closing.Dispose();
    }

    static async Task ListenAsync(NpgsqlDataSource source, string channel, Signals signal, TimeProvider clock, CancellationToken closing)
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(closing);
                connection.Notification += (_, _) => signal.Set();
                await using (
                    var listen = new NpgsqlCommand($"listen \"{channel.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection))
                    await listen.ExecuteNonQueryAsync(closing);
                // What was committed while nobody listened.
                signal.Set();
                while (true) await connection.WaitAsync(closing);
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception broken) when (SqlEdge.IsOfDatabase(broken))
            {
                await Task.Delay(ReconnectDelay, clock, closing).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }
    }
}
