namespace Hobom.Slices.Logs;

/// <summary>What bounds an array now: the Kafka client's own limit, and the topic's where it is known.</summary>
/// <param name="clientByteLimit">Of the Kafka client, key and headers included.</param>
/// <param name="topicByteLimit">The largest record that a topic takes.</param>
public sealed class LogSplitLimits(int clientByteLimit, Func<string, Task<int?>> topicByteLimit)
{
    readonly LogBatchLimits own = new(clientByteLimit, LogBatchLimits.DefaultEvents);

    /// <summary>A lone row is not to be split whatever the limit: for it the topic is not asked.</summary>
    public async Task<LogBatchLimits> OfAsync(LogFlow flow, int rows) =>
        rows > 1 ? own.Within(await topicByteLimit(flow.Route.Topic)) : own;
}
