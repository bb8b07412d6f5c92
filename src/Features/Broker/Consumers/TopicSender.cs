using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Broker.Consumers;

/// <summary>
/// Events into a Kafka topic, through the shared publisher. A try that may have been written is looked up in the topic
/// before it is made again, so that a repeat is left only where nobody can say.
/// </summary>
public sealed class TopicSender(PublishIf publish, FindWritten findWritten)
{
    /// <summary>Clocks of brokers and of this machine may differ by so much.</summary>
    static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(2);

    static TryFailure NoTopic => new TryFailure.ConsumerDown("the consumer has no topic") { Kind = FailureKind.NoTopic };

    public ConsumerPort AsPort() => new ConsumerPort.Sends(SendAsync) { FindSent = FindSentAsync };

    /// <summary>As long as the topic takes: the look-up has a limit of its own, of silence.</summary>
    async Task<Either<TryFailure, bool>> FindSentAsync(Claimed claimed, Consumer consumer, CancellationToken stopping)
    {
        if (consumer.Target is not ConsumerTarget.Topic target) return NoTopic;
        // What was written before a repair is not what the operator sends.
        if (claimed is not { MayHaveArrived: true, IsEdited: false }) return false;
        var id = IdOf(claimed);
        var looked = await findWritten(target.Name, claimed.FirstTriedAt - ClockSlack, [id], stopping);
        if (!looked.TryGetRight(out var written, out var failure))
            return new TryFailure.ConsumerDown($"not looked up in {target.Name}: {failure.Message}") { Kind = FailureKind.Unreachable };
        return written.ContainsKey(id);
    }

    async Task<Either<TryFailure, Unit>> SendAsync(Sending sending, CancellationToken stopping)
    {
        var claimed = sending.Claimed;
        if (sending.Consumer.Target is not ConsumerTarget.Topic target) return NoTopic;
        // Records wait for one another before they are handed over: whoever has the handling by then sends it himself.
        PublishFailure? tooLate = null;
        var published = await publish(
            DeliveryOf(claimed, target, IdOf(claimed)), claimed.MayHaveArrived,
            () => tooLate = sending.IsLost() || stopping.IsCancellationRequested ? TooLate : null);
        if (published.IsRight) return Unit.Default;
        return tooLate is null
            ? published.Map(_ => Unit.Default).MapLeft(FailureOf)
            : new TryFailure.Transient(tooLate.Message) { Kind = FailureKind.LeaseLost };
    }

    static PublishFailure TooLate => new PublishFailure.Stopping("LATE", "its lease or its time was over before it was handed over");

    static EventId IdOf(Claimed claimed) => new(claimed.RowId.ToString());

    static Delivery DeliveryOf(Claimed claimed, ConsumerTarget.Topic target, EventId id)
    {
        RecordHeader[] cloud = target.Form switch
        {
            CloudEventForm.Binary =>
            [
                new("ce_specversion", "1.0"), new("ce_id", claimed.Event.Id), new("ce_source", claimed.Event.Source),
                new("ce_type", claimed.Event.Type), new("ce_time", CloudEventDocument.Time(claimed.Event)),
                .. CloudEventAttributes.Of(claimed.Event).Select(a => new RecordHeader($"ce_{a.Name}", a.Value)),
                new("content-type", CloudEventAttributes.ContentTypeOf(claimed.Event)),
            ],
            CloudEventForm.Structured => [new("content-type", CloudEventDocument.ContentType)],
            CloudEventForm.None => [],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        var value = target.Form is CloudEventForm.Structured
            ? CloudEventDocument.Of(claimed)
            : claimed.Event.Payload.IfNone(ReadOnlyMemory<byte>.Empty);
        return new Delivery(
            target.Name, claimed.Event.EffectiveKey ?? claimed.Event.Id, value,
            [
                new(RecordHeader.EventId, id.Value), new(RecordHeader.EventType, claimed.Event.Type),
                new("event-source", claimed.Event.Source),
                new("event-source-id", claimed.Event.Id), .. cloud,
                .. claimed.IsEdited ? [new RecordHeader("edited", "1")] : Array.Empty<RecordHeader>(),
            ],
            []);
    }

    static TryFailure FailureOf(PublishFailure failure)
    {
        var reason = $"{failure.Code}: {failure.Message}";
        if (failure.Scope.IsOutage()) return new TryFailure.ConsumerDown(reason) { Kind = KindOf(failure.Scope) };
        return failure switch
        {
            PublishFailure.Permanent or PublishFailure.TooLarge => new TryFailure.Permanent(reason) { Kind = FailureKind.Refused },
            PublishFailure.Transient or PublishFailure.Unknown =>
                new TryFailure.Transient(reason) { Kind = FailureKind.NotPublished },
            PublishFailure.Stopping => new TryFailure.ConsumerDown(reason) { Kind = FailureKind.NotPublished },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    static FailureKind KindOf(FaultScope scope) => scope switch
    {
        FaultScope.Topic => FailureKind.NoTopic,
        FaultScope.Account => FailureKind.Credentials,
        FaultScope.Cluster => FailureKind.Unreachable,
        FaultScope.Process or FaultScope.None or FaultScope.Record or FaultScope.Unclear => FailureKind.NotPublished,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
