using Hobom.Slices.Core;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>What the processor is compared with: the same edges, each row published, awaited and marked before the next.</summary>
static class PlainLoop
{
    public static async Task RunAsync(Neighbours neighbours, CancellationToken ending)
    {
        var clock = TimeProvider.System;
        await using var publisher = new KafkaPublisher(
            KafkaSettings.For(neighbours.Broker), NullLogger<KafkaPublisher>.Instance, clock);
        using var backend = new GrpcBackend(neighbours.Outbox.Address, Outbox.Key, null, clock);
        var marks = MessageOutboxMarks.Of(backend);
        var found = await new MessageOutboxClient(backend).FindAllAsync(ending).WholeAsync();
        if (!found.TryGetRight(out var rows, out var failure)) throw new InvalidOperationException(failure.ToString());
        foreach (var row in rows.Select(row => row.Read()))
        {
            if (!MessageDecisions.Decide(row, clock.GetUtcNow()).TryGetRight(out var delivery, out var refusal))
                throw new InvalidOperationException(refusal.Reason);
            if (!(await publisher.PublishAsync(delivery, possibleDuplicate: false)).TryGetRight(out _, out var unpublished))
                throw new InvalidOperationException(unpublished.ToString());
            if (!(await marks.Sent(row.EventId!.Value)).TryGetRight(out _, out var unmarked))
                throw new InvalidOperationException(unmarked.ToString());
        }
    }
}
