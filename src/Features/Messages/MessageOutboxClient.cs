using Google.Protobuf.Reflection;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Runtime.Outbox.Batch;
using LanguageExt;

namespace Hobom.Slices.Messages;

/// <summary>Asks the main backend for its pending messages.</summary>
public sealed class MessageOutboxClient(GrpcBackend backend)
{
    static readonly MethodDescriptor Find =
        FindHoBomMessageOutboxController.Descriptor.FindMethodByName("FindOutboxByEventTypeAndStatusUseCase");

    public IAsyncEnumerable<Either<CallFailure, FoundRows<UnreadRow<MessagePayload>>>> FindAllAsync(CancellationToken stopping) =>
        OutboxFind.AskAsync(
            backend, Find, new Request { EventType = MessageDecisions.Route.EventType, Status = OutboxStatus.Pending },
            Read, stopping);

    /// <summary>Claims the next page of them where the backend has pages; else finds all.</summary>
    public IAsyncEnumerable<Either<CallFailure, FoundRows<UnreadRow<MessagePayload>>>> FindNextAsync(
        PageClaims claims, CancellationToken stopping) =>
        claims.FindAsync(FindAllAsync, Read, stopping);

    static IReadOnlyList<UnreadRow<MessagePayload>> Read(byte[] answer) =>
        UnreadRows.Of<QueryResult, MessagePayload>(answer, row => OutboxStatus.IsPending(row.Status) ? ItemOf(row) : null);

    public static OutboxItem<MessagePayload> ItemOf(QueryResult row) => new(
        row.Id,
        row.EventId.Length == 0 ? null : new EventId(row.EventId),
        row.EventType,
        row.Payload,
        OutboxTimestamps.Parse(row.CreatedAt),
        () => RowText.Format(row));
}
