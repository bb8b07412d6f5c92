namespace Hobom.Slices.Bench.Backlog;

/// <summary>How far an outbox is since it was emptied.</summary>
/// <param name="AskedAt">Unix ms: the find that found the first row that was marked.</param>
/// <param name="FirstMarkAt">Unix ms.</param>
/// <param name="LastMarkAt">Unix ms.</param>
sealed record OutboxTimes(long AskedAt, long FirstMarkAt, long LastMarkAt);

/// <summary>Whose rows the processor takes: MESSAGE, of 200 bytes.</summary>
abstract class Outbox : IAsyncDisposable
{
    public const string Key = "test-key";

    public abstract string Name { get; }

    /// <summary>host:port.</summary>
    public abstract string Address { get; }

    public abstract Task EmptyAsync();

    public abstract Task AddAsync(int rows);

    public abstract Task<(int Pending, int Sent)> CountAsync();

    /// <summary>When some are marked.</summary>
    public abstract Task<OutboxTimes> TimesAsync();

    public abstract ValueTask DisposeAsync();

    public async Task FillAsync(int rows)
    {
        await EmptyAsync();
        await AddAsync(rows);
    }

    public async Task<int> SentAsync() => (await CountAsync()).Sent;
}
