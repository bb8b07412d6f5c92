using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hobom.Slices.Protos.Outbox.Space;
using Hobom.Slices.Sandbox.Grpc;
using Hobom.Slices.Sandbox.Rows;

namespace Hobom.Slices.Sandbox.Backends;

/// <summary>The space backend: page events and logs of its own.</summary>
/// <param name="pages">Null where it has no batch contract.</param>
public sealed class SpaceBackend(OutboxTable rows, RowPages? pages)
{
    public GrpcBackend Build(string apiKey)
    {
        var backend = new GrpcBackend(
            apiKey, toWrongKey: GrpcAnswer.Refused(GrpcStatus.Unauthenticated, "invalid api key"));
        backend.Serve<Request>("/outbox.space.FindHoBomSpaceOutboxController/FindOutboxByEventTypeAndStatusUseCase", Find);
        LogRows.Serve(backend, rows, Iso8601);
        backend.Serve<MarkRequest>(
            "/outbox.space.PatchHoBomSpaceOutboxController/PatchOutboxMarkAsSentUseCase",
            request => Mark(request.EventId, error: null));
        backend.Serve<MarkFailedRequest>(
            "/outbox.space.PatchHoBomSpaceOutboxController/PatchOutboxMarkAsFailedUseCase",
            request => Mark(request.EventId, request.ErrorMessage));
        if (pages is not null)
            BatchRows.Serve(backend, pages, new Dictionary<string, Func<OutboxRow, IMessage>>
            {
                [EventTypes.SpaceEvent] = EventOf,
                [EventTypes.SpaceLog] = row => LogRows.ResultOf(row, Iso8601),
            });
        return backend;
    }

    private GrpcAnswer Find(Request request)
    {
        var response = new Response();
        response.Items.AddRange(rows.Find(request.EventType, request.Status).Select(EventOf));
        return GrpcAnswer.Of(response);
    }

    private static QueryResult EventOf(OutboxRow row) => new()
    {
        Id = row.Id, EventId = row.EventId, EventType = row.EventType, Status = row.Status,
        Payload = row.Payload as SpaceEventPayload, LastError = row.LastError, Version = row.Version,
        SentAt = Iso8601(row.SentAt), FailedAt = Iso8601(row.FailedAt),
        CreatedAt = Iso8601(row.CreatedAt), UpdatedAt = Iso8601(row.UpdatedAt),
    };

    private GrpcAnswer Mark(string eventId, string? error) =>
        rows.Mark(eventId, error)
            ? GrpcAnswer.Of(new Empty())
            : GrpcAnswer.Refused(GrpcStatus.NotFound, $"no outbox row {eventId}");

    private static string Iso8601(DateTimeOffset? time) =>
        time is { } at ? $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffffff}Z" : "";
}
