using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Hobom.Slices.Protos.Law;
using Hobom.Slices.Sandbox.Grpc;
using Hobom.Slices.Sandbox.Rows;
using LawOutbox = Hobom.Slices.Protos.Outbox.Law;
using MessageOutbox = Hobom.Slices.Protos.Outbox.Message;

namespace Hobom.Slices.Sandbox.Backends;

/// <summary>The main backend: messages, logs and law changes, and the study material saved for the latter.</summary>
public sealed class MainBackend(OutboxTable rows)
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
        return backend;
    }

    private GrpcAnswer FindMessages(MessageOutbox.Request request)
    {
        var response = new MessageOutbox.Response();
        foreach (var row in rows.Find(request.EventType, request.Status))
            response.Items.Add(new MessageOutbox.QueryResult
            {
                Id = row.Id, EventId = row.EventId, EventType = row.EventType, Status = row.Status,
                Payload = row.Payload as MessageOutbox.MessagePayload, LastError = row.LastError, Version = row.Version,
                SentAt = JavaScriptDate(row.SentAt), FailedAt = JavaScriptDate(row.FailedAt),
                CreatedAt = JavaScriptDate(row.CreatedAt), UpdatedAt = JavaScriptDate(row.UpdatedAt),
            });
        return GrpcAnswer.Of(response);
    }

    private GrpcAnswer FindLawChanges(LawOutbox.Request request)
    {
        var response = new LawOutbox.Response();
        foreach (var row in rows.Find(request.EventType, request.Status))
            response.Items.Add(new LawOutbox.QueryResult
            {
                Id = row.Id, EventId = row.EventId, EventType = row.EventType, Status = row.Status,
                Payload = row.Payload as LawOutbox.LawChangedPayload, LastError = row.LastError, Version = row.Version,
                SentAt = JavaScriptDate(row.SentAt), FailedAt = JavaScriptDate(row.FailedAt),
                CreatedAt = JavaScriptDate(row.CreatedAt), UpdatedAt = JavaScriptDate(row.UpdatedAt),
            });
        return GrpcAnswer.Of(response);
    }

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
