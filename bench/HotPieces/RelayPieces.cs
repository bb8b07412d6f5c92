using Google.Protobuf;
using Hobom.Slices.Core;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Space;
using LanguageExt;
using LogPayload = Hobom.Slices.Protos.Outbox.Log.HoBomLogPayload;
using SpacePayload = Hobom.Slices.Protos.Outbox.Space.SpaceEventPayload;

namespace Hobom.Slices.Bench.HotPieces;

/// <summary>What the relay does for each row; each piece does it for so many rows and returns how many.</summary>
public sealed class RelayPieces
{
    public const int Rows = 1_000;

    static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    readonly byte[] answer = AnswerOf([.. Enumerable.Range(0, Rows).Select(RowOf)]);
    readonly OutboxItem<MessagePayload>[] messages = [.. Enumerable.Range(0, Rows).Select(i => MessageOutboxClient.ItemOf(RowOf(i)))];
    readonly OutboxItem<SpacePayload>[] spaceEvents = [.. Enumerable.Range(0, Rows).Select(SpaceEventOf)];
    readonly LogRow[] logs = [.. Enumerable.Range(0, Rows).Select(i => LogRow.Of(LogOf(i), LogFlow.Main.Route))];
    readonly Delivery[] deliveries;

    public RelayPieces() => deliveries = [.. MessageDecisions.Plan(messages, Now).Steps.Select(DeliveryOf)];

    /// <summary>An answer of the outbox, each row read as often as the relay reads it: as it comes, and as it goes out.</summary>
    public int DecodeFindAnswer() =>
        UnreadRows.Of<QueryResult, MessagePayload>(answer, MessageOutboxClient.ItemOf).Sum(row => row.Read().Payload is null ? 0 : 1);

    public int WriteMessage() => MessageDecisions.Plan(messages, Now).Steps.Count(step => step.IsRight);

    public int WriteSpaceEvent() => SpaceDecisions.Plan(spaceEvents).Steps.Count(step => step.IsRight);

    /// <summary>In arrays, as they travel.</summary>
    public int WriteLogs() =>
        LogDecisions.Plan(logs, LogFlow.Main, new LogBatchLimits(1_000_000, LogBatchLimits.DefaultEvents), Now).Steps
            .Sum(step => DeliveryOf(step).Events.Count);

    public int MakeKafkaRecord() =>
        deliveries.Count(d => KafkaRecord.Of(d, false, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").Key.Length > 0);

    /// <summary>
    /// From the visit's begin to its report: ledger, publish, delivery report, mark. Each neighbour answers after it was asked.
    /// </summary>
    public int DeliverAndSettle() => new VisitInMemory(deliveries).Run();

    static Delivery DeliveryOf(Either<Refusal, Delivery> step) =>
        step.Match(delivery => delivery, refusal => throw new InvalidOperationException(refusal.Reason));

    static QueryResult RowOf(int number) => new()
    {
        Id = $"row-{number}", EventId = $"event-{number}", EventType = "MESSAGE", Status = "PENDING", Version = 1,
        CreatedAt = "Fri Jan 02 2026 03:04:05 GMT+0000 (Coordinated Universal Time)",
        Payload = new MessagePayload
        {
            Id = $"m-{number}", Title = "Your weekly summary", Body = new string('b', 200), Recipient = "somebody@example.com",
            SenderId = "user-1", Type = "MAIL_MESSAGE",
        },
    };

    static OutboxItem<SpacePayload> SpaceEventOf(int number) => ItemOf("SPACE_EVENT", number, new SpacePayload
    {
        EntityType = "PAGE", Action = "UPDATED", SpaceKey = "HOME", PageId = number, Title = "What we eat this week", ActorId = "user-1",
    });

    static OutboxItem<LogPayload> LogOf(int number) => ItemOf("HOBOM_LOG", number, new LogPayload
    {
        TraceId = $"trace-{number}", Level = "INFO", Method = "GET", Path = "/api/v1/menus", StatusCode = 200, Host = "backend-1",
        UserId = "user-1", ServiceType = "HOBOM_BACKEND", Message = "the request was answered",
        Payload = new Protos.Outbox.Log.LogPayloadDetail { Query = { ["page"] = "1" }, Headers = { ["accept"] = "application/json" } },
    });

    static OutboxItem<T> ItemOf<T>(string eventType, int number, T payload)
        where T : class, IMessage =>
        new($"row-{number}", new EventId($"event-{number}"), eventType, payload, Now, () => RowText.Format(payload));

    static byte[] AnswerOf(QueryResult[] rows)
    {
        var response = new Response();
        response.Items.AddRange(rows);
        return response.ToByteArray();
    }
}
