using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Messages;

/// <summary>Asks the main backend for its pending messages.</summary>
public sealed class MessageOutboxClient(GrpcBackend backend)
{
    readonly FindHoBomMessageOutboxController.FindHoBomMessageOutboxControllerClient client = new(backend.Channel);

    public async Task<Either<CallFailure, IReadOnlyList<OutboxItem<MessagePayload>>>> FindPendingAsync(
        CancellationToken stopping)
    {
        var answer = await backend.CallAsync(
            client.FindOutboxByEventTypeAndStatusUseCaseAsync,
            new Request { EventType = MessageDecisions.Route.EventType, Status = OutboxStatus.Pending },
            GrpcBackend.FindDeadline,
            stopping);
        return answer.Map<IReadOnlyList<OutboxItem<MessagePayload>>>(
            response => [.. response.Items.Where(row => OutboxStatus.IsPending(row.Status)).Select(ItemOf)]);
    }

    public static OutboxItem<MessagePayload> ItemOf(QueryResult row) => new(
        row.Id,
        row.EventId.Length == 0 ? null : new EventId(row.EventId),
        row.EventType,
        row.Payload,
        OutboxTimestamps.Parse(row.CreatedAt),
        () => RowText.Format(row));
}
