using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

public static class RedisCommit
{
    /// <summary>
    /// Sends MULTI … EXEC and waits for every command of it: EXEC answers OK also where one of them failed.
    /// </summary>
    /// <param name="commands">What was queued on the transaction.</param>
    /// <returns>False where a condition did not hold and nothing was written.</returns>
    public static async Task<bool> CommitAsync(this ITransaction transaction, params IReadOnlyList<Task> commands)
    {
        if (!await transaction.ExecuteAsync()) return false;
        await Task.WhenAll(commands);
        return true;
    }
}
