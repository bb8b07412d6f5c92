using System.Text.Encodings.Web;
using System.Text.Json;
using Confluent.Kafka;
using Hobom.Slices.Core;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Tests.Integration.Processor;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Migration;

/// <summary>
/// Stands for the service before this one and leaves behind what it left: records without headers, acknowledged by the
/// leader alone; letters as plain strings with a TTL of 72 h; marks. It knows no lease and keeps nothing else.
/// </summary>
sealed class OldProcessor : IDisposable
{
    static readonly TimeSpan LetterLife = TimeSpan.FromHours(72);

    static readonly JsonSerializerOptions AsItWrote = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    readonly ProcessorNeighbours neighbours;
    readonly GrpcBackend backend;
    readonly MarkPort marks;
    readonly IProducer<string, byte[]> producer;

    public OldProcessor(ProcessorNeighbours neighbours)
    {
        this.neighbours = neighbours;
        backend = new GrpcBackend(neighbours.Backends.MainAddress, "test-key", null, TimeProvider.System);
        marks = MessageOutboxMarks.Of(backend);
        producer = new ProducerBuilder<string, byte[]>(
            new ProducerConfig { BootstrapServers = neighbours.Broker.Address, Acks = Acks.Leader }).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>One poll that an orderly end cuts short: what was published is marked, the rest stays PENDING.</summary>
    /// <param name="failing">Rows that Kafka does not take: each becomes a letter and is marked FAILED.</param>
    public async Task PollAsync(int limit, Func<string, bool>? failing = null)
    {
        var found = (await new MessageOutboxClient(backend).FindAllAsync(CancellationToken.None).WholeAsync()).Right();
        foreach (var row in found.Take(limit).Select(row => row.Read()))
        {
            var id = row.EventId!.Value.Value;
            var payload = row.Payload!;
            var value = JsonSerializer.SerializeToUtf8Bytes(
                new
                {
                    type = payload.Type.Length > 0 ? payload.Type : "MAIL_MESSAGE", payload.Title, payload.Body, payload.Recipient,
                    payload.SenderId, sentAt = DateTime.UtcNow,
                },
                AsItWrote);
            if (failing?.Invoke(id) is true)
            {
                await neighbours.Plain.StringSetAsync($"dlq:menu:{id}", value, LetterLife);
                (await marks.Failed(row.EventId!.Value, "kafka: no leader")).Right();
                continue;
            }

            await PublishAsync("hobom.messages", id, value);
            (await marks.Sent(row.EventId!.Value)).Right();
        }
    }

    /// <summary>Its retry of a letter of messages: read, published, marked, deleted.</summary>
    public async Task RetryAsync(string key)
    {
        var value = (byte[]?)await neighbours.Plain.StringGetAsync(key) ?? throw new InvalidOperationException($"no letter {key}");
        var id = key["dlq:menu:".Length..];
        await PublishAsync("hobom.messages", id, value);
        (await marks.Sent(new EventId(id))).Right();
        await neighbours.Plain.KeyDeleteAsync(key);
    }

    public void Dispose()
    {
        producer.Dispose();
        backend.Dispose();
    }

    Task PublishAsync(string topic, string key, byte[] value) =>
        producer.ProduceAsync(topic, new Message<string, byte[]> { Key = key, Value = value });
}
