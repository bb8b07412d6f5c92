using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>
/// Tells of Kafka's comings and goings with one line for each kind of trouble and one when it is over, however
/// often the client repeats itself. The client's own lines are for debugging.
/// </summary>
sealed class KafkaConnectionLog(ILogger log)
{
    readonly ConcurrentDictionary<ErrorCode, bool> troubles = new();
    volatile bool isTroubled;

    public void Problem(Error error)
    {
        if (!troubles.TryAdd(error.Code, true)) return;
        isTroubled = true;
        log.LogWarning("Kafka: {Code}: {Reason}", error.Code, error.Reason);
    }

    /// <summary>A record was acknowledged.</summary>
    public void Answered()
    {
        if (!isTroubled) return;
        isTroubled = false;
        troubles.Clear();
        log.LogInformation("Kafka answers again");
    }

    public void Fatal(string code, string reason) =>
        log.LogError("Kafka's producer failed for good and is being replaced: {Code}: {Reason}", code, reason);

    public void RebuildLimitReached(int limit, TimeSpan window) => log.LogError(
        "Kafka's producer was replaced {Limit} times within {Window}: publishing pauses until that window has passed",
        limit, window);

    public void Client(LogMessage line) => log.LogDebug("librdkafka {Facility}: {Message}", line.Facility, line.Message);
}
