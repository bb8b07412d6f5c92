using Google.Protobuf.Reflection;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Messages;

/// <summary>Asks the main backend for its pending messages.</summary>
public sealed class MessageOutboxClient(GrpcBackend backend)
{
    static readonly MethodDescriptor Find =
        FindHoBomMessageOutboxController.Descriptor.FindMethodByName("FindOutboxByEventTypeAndStatusUseCase");

    public Task<Either<CallFailure, IReadOnlyList<UnreadRow<MessagePayload>>>> FindUnreadAsync(CancellationToken stopping) =>
        backend.FindAsync(
            Find, new Request { EventType = MessageDecisions.Route.EventType, Status = OutboxStatus.Pending },
            answer => UnreadRows.Of<QueryResult, MessagePayload>(answer, row => OutboxStatus.IsPending(row.Status) ? ItemOf(row) : null),
            stopping);

    public async Task<Either<CallFailure, IReadOnlyList<OutboxItem<MessagePayload>>>> FindPendingAsync(CancellationToken stopping) =>
        (await FindUnreadAsync(stopping)).Map<IReadOnlyList<OutboxItem<MessagePayload>>>(rows => [.. rows.Select(row => row.Read())]);

    public static OutboxItem<MessagePayload> ItemOf(QueryResult row) => new(
        row.Id,
        row.EventId.Length == 0 ? null : new EventId(row.EventId),
        row.EventType,
        row.Payload,
        OutboxTimestamps.Parse(row.CreatedAt),
        () => RowText.Format(row));
}
