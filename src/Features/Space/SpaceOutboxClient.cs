using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Space;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Space;

/// <summary>Asks the space backend for its pending events.</summary>
public sealed class SpaceOutboxClient(GrpcBackend backend)
{
    readonly FindHoBomSpaceOutboxController.FindHoBomSpaceOutboxControllerClient client = new(backend.Channel);

    public async Task<Either<CallFailure, IReadOnlyList<OutboxItem<SpaceEventPayload>>>> FindPendingAsync(
        CancellationToken stopping)
    {
        var answer = await backend.CallAsync(
            client.FindOutboxByEventTypeAndStatusUseCaseAsync,
            new Request { EventType = SpaceDecisions.Route.EventType, Status = OutboxStatus.Pending },
            GrpcBackend.FindDeadline,
            stopping);
        return answer.Map<IReadOnlyList<OutboxItem<SpaceEventPayload>>>(
            response => [.. response.Items.Where(row => OutboxStatus.IsPending(row.Status)).Select(ItemOf)]);
    }

    public static OutboxItem<SpaceEventPayload> ItemOf(QueryResult row) => new(
        row.Id,
        row.EventId.Length == 0 ? null : new EventId(row.EventId),
        row.EventType,
        row.Payload,
        OutboxTimestamps.Parse(row.CreatedAt),
        () => RowText.Format(row));
}
