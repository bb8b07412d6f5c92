using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Law;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Law;

/// <summary>Asks the main backend for its pending law changes.</summary>
public sealed class LawOutboxClient(GrpcBackend backend)
{
    readonly FindHoBomLawOutboxController.FindHoBomLawOutboxControllerClient client = new(backend.Channel);

    public async Task<Either<CallFailure, IReadOnlyList<OutboxItem<LawChangedPayload>>>> FindPendingAsync(
        CancellationToken stopping)
    {
        var answer = await backend.CallAsync(
            client.FindOutboxByEventTypeAndStatusUseCaseAsync,
            new Request { EventType = LawDecisions.Route.EventType, Status = OutboxStatus.Pending },
            GrpcBackend.FindDeadline,
            stopping);
        return answer.Map<IReadOnlyList<OutboxItem<LawChangedPayload>>>(
            response => [.. response.Items.Where(row => OutboxStatus.IsPending(row.Status)).Select(ItemOf)]);
    }

    public static OutboxItem<LawChangedPayload> ItemOf(QueryResult row) => new(
        row.Id,
        row.EventId.Length == 0 ? null : new EventId(row.EventId),
        row.EventType,
        row.Payload,
        OutboxTimestamps.Parse(row.CreatedAt),
        () => RowText.Format(row));
}
