using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Log;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Runtime.Outbox.Batch;
using LanguageExt;

namespace Hobom.Slices.Logs;

/// <summary>Asks a backend for its pending logs; both backends have the same service for it.</summary>
public sealed class LogOutboxClient(GrpcBackend backend, string eventType)
{
    readonly FindHoBomLogOutboxController.FindHoBomLogOutboxControllerClient client = new(backend.Channel);

    public async Task<Either<CallFailure, IReadOnlyList<OutboxItem<HoBomLogPayload>>>> FindPendingAsync(
        CancellationToken stopping)
    {
        var answer = await backend.CallAsync(
            client.FindLogOutboxByEventTypeAndStatusUseCaseAsync,
            new Request { EventType = eventType, Status = OutboxStatus.Pending },
            GrpcBackend.FindDeadline,
            stopping);
        return answer.Map<IReadOnlyList<OutboxItem<HoBomLogPayload>>>(
            response => [.. response.Items.Where(row => OutboxStatus.IsPending(row.Status)).Select(ItemOf)]);
    }

    /// <summary>Claims the next page of them where the backend has pages; else finds all.</summary>
    public Task<Either<CallFailure, FoundRows<OutboxItem<HoBomLogPayload>>>> FindNextAsync(PageClaims claims, CancellationToken stopping) =>
        claims.FindAsync(FindPendingAsync, Read, stopping);

    static IReadOnlyList<OutboxItem<HoBomLogPayload>> Read(byte[] answer) =>
    [
        .. UnreadRows.Of<QueryResult, HoBomLogPayload>(answer, row => OutboxStatus.IsPending(row.Status) ? ItemOf(row) : null)
            .Select(row => row.Read()),
    ];

    public static OutboxItem<HoBomLogPayload> ItemOf(QueryResult row) => new(
        row.Id,
        row.EventId.Length == 0 ? null : new EventId(row.EventId),
        row.EventType,
        row.Payload,
        OutboxTimestamps.Parse(row.CreatedAt),
        () => RowText.Format(row));
}
