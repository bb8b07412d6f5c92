using Hobom.Slices.Protos.Outbox.Log;
using Hobom.Slices.Sandbox.Grpc;
using Hobom.Slices.Sandbox.Rows;

namespace Hobom.Slices.Sandbox.Backends;

/// <summary>The outbox of logs, which both backends offer under one name.</summary>
internal static class LogRows
{
    /// <param name="timestamp">The backend's own text of a time, or of none.</param>
    public static void Serve(GrpcBackend backend, OutboxTable rows, Func<DateTimeOffset?, string> timestamp) =>
        backend.Serve<Request>(
            "/outbox.log.FindHoBomLogOutboxController/FindLogOutboxByEventTypeAndStatusUseCase",
            request =>
            {
                var response = new Response();
                response.Items.AddRange(rows.Find(request.EventType, request.Status).Select(row => ResultOf(row, timestamp)));
                return GrpcAnswer.Of(response);
            });

    public static QueryResult ResultOf(OutboxRow row, Func<DateTimeOffset?, string> timestamp) => new()
    {
        Id = row.Id, EventId = row.EventId, EventType = row.EventType, Status = row.Status,
        Payload = row.Payload as HoBomLogPayload, LastError = row.LastError, Version = row.Version,
        SentAt = timestamp(row.SentAt), FailedAt = timestamp(row.FailedAt),
        CreatedAt = timestamp(row.CreatedAt), UpdatedAt = timestamp(row.UpdatedAt),
    };
}
