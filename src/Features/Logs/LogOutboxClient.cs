using Google.Protobuf.Reflection;
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
    static readonly MethodDescriptor Find =
        FindHoBomLogOutboxController.Descriptor.FindMethodByName("FindLogOutboxByEventTypeAndStatusUseCase");

    public IAsyncEnumerable<Either<CallFailure, FoundRows<LogRow>>> FindAllAsync(CancellationToken stopping) =>
        OutboxFind.AskAsync(backend, Find, new Request { EventType = eventType, Status = OutboxStatus.Pending }, Read, stopping);

    /// <summary>Claims the next page of them where the backend has pages; else finds all.</summary>
    public IAsyncEnumerable<Either<CallFailure, FoundRows<LogRow>>> FindNextAsync(PageClaims claims, CancellationToken stopping) =>
        claims.FindAsync(FindAllAsync, Read, stopping);

    IReadOnlyList<LogRow> Read(byte[] answer) => UnreadRows.Of<QueryResult, HoBomLogPayload, LogRow>(
        answer, row => OutboxStatus.IsPending(row.Status) ? ItemOf(row) : null,
        (row, item) => new LogRow(row, LogRow.PlaceOf(item, eventType)));

    public static OutboxItem<HoBomLogPayload> ItemOf(QueryResult row) => new(
        row.Id,
        row.EventId.Length == 0 ? null : new EventId(row.EventId),
        row.EventType,
        row.Payload,
        OutboxTimestamps.Parse(row.CreatedAt),
        () => RowText.Format(row));
}
