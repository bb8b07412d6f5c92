using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>What librdkafka says of one producer each few seconds, as far as an alarm or a search for a cause wants it.</summary>
/// <param name="MsgCnt">Records in its queue or on their way.</param>
/// <param name="MsgSize">Their bytes.</param>
/// <param name="Brokers">By name; some of them are only addresses to begin with.</param>
sealed record ProducerStatistics(
    [property: JsonPropertyName("msg_cnt")] long MsgCnt,
    [property: JsonPropertyName("msg_size")] long MsgSize,
    [property: JsonPropertyName("msg_size_max")] long MsgSizeMax,
    [property: JsonPropertyName("brokers")] IReadOnlyDictionary<string, BrokerStatistics>? Brokers)
{
    /// <returns>Null where it is in another form.</returns>
    public static ProducerStatistics? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, StatisticsJson.Default.ProducerStatistics);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="NodeId">Below 0 for an address to begin with and for what is no broker.</param>
sealed record BrokerStatistics(
    [property: JsonPropertyName("nodeid")] int NodeId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("txerrs")] long SendErrors,
    [property: JsonPropertyName("txretries")] long SendRetries,
    [property: JsonPropertyName("req_timeouts")] long RequestTimeouts,
    [property: JsonPropertyName("disconnects")] long Disconnects,
    [property: JsonPropertyName("rtt")] RoundTrips? RoundTrips);

/// <param name="P99">In microseconds, of the last interval.</param>
sealed record RoundTrips([property: JsonPropertyName("p99")] long P99);

[JsonSerializable(typeof(ProducerStatistics))]
sealed partial class StatisticsJson : JsonSerializerContext;
