using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hobom.Slices.Protos.Law;
using Hobom.Slices.Sandbox.Grpc;
using Hobom.Slices.Sandbox.Rows;
using LawOutbox = Hobom.Slices.Protos.Outbox.Law;
using MessageOutbox = Hobom.Slices.Protos.Outbox.Message;

namespace Hobom.Slices.Sandbox.Backends;

/// <summary>The main backend: messages, logs and law changes, and the study material saved for the latter.</summary>
/// <param name="pages">Null where it has no batch contract.</param>
public sealed class MainBackend(OutboxTable rows, RowPages? pages)
{
    private readonly ConcurrentDictionary<string, SaveStudyMaterialRequest> _saved = new(StringComparer.Ordinal);

    public int StudyMaterialsSaved => _saved.Count;

    /// <summary>Its framework answers this to every exception, a wrong key included.</summary>
    private static readonly GrpcAnswer s_anyException =
        GrpcAnswer.Refused(GrpcStatus.Unknown, "Internal server error");

    public GrpcBackend Build(string apiKey)
    {
        var backend = new GrpcBackend(apiKey, toWrongKey: s_anyException);
        backend.Serve<MessageOutbox.Request>(
            "/outbox.message.FindHoBomMessageOutboxController/FindOutboxByEventTypeAndStatusUseCase", FindMessages);
        backend.Serve<LawOutbox.Request>(
            "/outbox.law.FindHoBomLawOutboxController/FindOutboxByEventTypeAndStatusUseCase", FindLawChanges);
        LogRows.Serve(backend, rows, JavaScriptDate);
        backend.Serve<MessageOutbox.MarkRequest>(
            "/outbox.message.PatchOutboxController/PatchOutboxMarkAsSentUseCase",
            request => Mark(request.EventId, error: null));
        backend.Serve<MessageOutbox.MarkFailedRequest>(
            "/outbox.message.PatchOutboxController/PatchOutboxMarkAsFailedUseCase",
            request => Mark(request.EventId, request.ErrorMessage));
        backend.Serve<SaveStudyMaterialRequest>("/law.SaveStudyMaterialController/SaveStudyMaterial", Save);
        if (pages is not null)
            BatchRows.Serve(backend, pages, new Dictionary<string, Func<OutboxRow, IMessage>>
            {
                [EventTypes.Message] = MessageOf,
                [EventTypes.Log] = row => LogRows.ResultOf(row, JavaScriptDate),
                [EventTypes.LawChanged] = LawChangeOf,
            });
        return backend;
    }

    private GrpcAnswer FindMessages(MessageOutbox.Request request)
    {
        var response = new MessageOutbox.Response();
        response.Items.AddRange(rows.Find(request.EventType, request.Status).Select(MessageOf));
        return GrpcAnswer.Of(response);
    }

    private GrpcAnswer FindLawChanges(LawOutbox.Request request)
    {
        var response = new LawOutbox.Response();
        response.Items.AddRange(rows.Find(request.EventType, request.Status).Select(LawChangeOf));
        return GrpcAnswer.Of(response);
    }

    private static MessageOutbox.QueryResult MessageOf(OutboxRow row) => new()
    {
        Id = row.Id, EventId = row.EventId, EventType = row.EventType, Status = row.Status,
        Payload = row.Payload as MessageOutbox.MessagePayload, LastError = row.LastError, Version = row.Version,
        SentAt = JavaScriptDate(row.SentAt), FailedAt = JavaScriptDate(row.FailedAt),
        CreatedAt = JavaScriptDate(row.CreatedAt), UpdatedAt = JavaScriptDate(row.UpdatedAt),
    };

    private static LawOutbox.QueryResult LawChangeOf(OutboxRow row) => new()
    {
        Id = row.Id, EventId = row.EventId, EventType = row.EventType, Status = row.Status,
        Payload = row.Payload as LawOutbox.LawChangedPayload, LastError = row.LastError, Version = row.Version,
        SentAt = JavaScriptDate(row.SentAt), FailedAt = JavaScriptDate(row.FailedAt),
        CreatedAt = JavaScriptDate(row.CreatedAt), UpdatedAt = JavaScriptDate(row.UpdatedAt),
    };

    private GrpcAnswer Mark(string eventId, string? error)
    {
        if (eventId.Length == 0)
            return s_anyException;
        rows.Mark(eventId, error);
        return GrpcAnswer.Of(new Empty());
    }

    private GrpcAnswer Save(SaveStudyMaterialRequest request)
    {
        if (request.DiffId.Length == 0 || request.Summary.Length == 0)
            return GrpcAnswer.Refused(GrpcStatus.InvalidArgument, "diffId and summary are required");
        return _saved.TryAdd(request.DiffId, request)
            ? GrpcAnswer.Of(new Empty())
            : GrpcAnswer.Refused(GrpcStatus.Internal, "failed to save the study material");
    }

    private static string JavaScriptDate(DateTimeOffset? time) =>
        time is { } at ? $"{at.UtcDateTime:ddd MMM dd yyyy HH:mm:ss} GMT+0000 (Coordinated Universal Time)" : "";
}
