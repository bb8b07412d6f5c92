using System.Diagnostics;
using Confluent.Kafka;

namespace Hobom.Slices.Bench.Broker;

/// <summary>What a producer with acks=all and idempotence gives at most.</summary>
static class ProduceLimit
{
    /// <returns>Records a second.</returns>
    public static Task<double> MeasureAsync(string brokers, string topic, int records)
    {
        using var producer = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = brokers, EnableIdempotence = true, LingerMs = 5 }).Build();
        var value = new byte[300];
        producer.Produce(topic, new Message<string, byte[]> { Key = "warm", Value = value });
        producer.Flush();
        var begun = Stopwatch.StartNew();
        for (var i = 0; i < records; i++)
        {
            while (true)
            {
                try
                {
                    producer.Produce(topic, new Message<string, byte[]> { Key = $"k{i % 1000}", Value = value });
                    break;
                }
                catch (ProduceException<string, byte[]> full) when (full.Error.Code is ErrorCode.Local_QueueFull)
                {
                    producer.Poll(TimeSpan.FromMilliseconds(10));
                }
            }
        }

        producer.Flush();
        return Task.FromResult(records / begun.Elapsed.TotalSeconds);
    }
}
