using Google.Protobuf.Reflection;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Space;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Runtime.Outbox.Batch;
using LanguageExt;

namespace Hobom.Slices.Space;

/// <summary>Asks the space backend for its pending events.</summary>
public sealed class SpaceOutboxClient(GrpcBackend backend)
{
    static readonly MethodDescriptor Find =
        FindHoBomSpaceOutboxController.Descriptor.FindMethodByName("FindOutboxByEventTypeAndStatusUseCase");

    public IAsyncEnumerable<Either<CallFailure, FoundRows<UnreadRow<SpaceEventPayload>>>> FindAllAsync(CancellationToken stopping) =>
        OutboxFind.AskAsync(
            backend, Find, new Request { EventType = SpaceDecisions.Route.EventType, Status = OutboxStatus.Pending },
            Read, stopping);

    /// <summary>Claims the next page of them where the backend has pages; else finds all.</summary>
    public IAsyncEnumerable<Either<CallFailure, FoundRows<UnreadRow<SpaceEventPayload>>>> FindNextAsync(
        PageClaims claims, CancellationToken stopping) =>
        claims.FindAsync(FindAllAsync, Read, stopping);

    static IReadOnlyList<UnreadRow<SpaceEventPayload>> Read(byte[] answer) =>
        UnreadRows.Of<QueryResult, SpaceEventPayload>(answer, row => OutboxStatus.IsPending(row.Status) ? ItemOf(row) : null);

    public static OutboxItem<SpaceEventPayload> ItemOf(QueryResult row) => new(
        row.Id,
        row.EventId.Length == 0 ? null : new EventId(row.EventId),
        row.EventType,
        row.Payload,
        OutboxTimestamps.Parse(row.CreatedAt),
        () => RowText.Format(row));
}
