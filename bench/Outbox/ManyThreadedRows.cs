using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Sandbox.Grpc;

namespace Hobom.Slices.Bench.Outbox;

/// <summary>Pending messages, which calls mark side by side; what is marked is forgotten, so that hours of it take no room.</summary>
sealed class ManyThreadedRows
{
    const int BodyLength = 200;

    static readonly string Body = new('b', BodyLength);

    readonly ConcurrentDictionary<string, (long Number, QueryResult Row)> pending = new(StringComparer.Ordinal);
    long added;
    long sent;
    long failed;
    long askedAt;
    long firstAt;
    long lastAt;

    public GrpcAnswer Find(Request request)
    {
        var asked = Now();
        var answer = new Response();
        if (request.Status == "PENDING") answer.Items.AddRange(pending.Values.OrderBy(p => p.Number).Select(p => p.Row));
        // The first that found some: the others look again while these are marked.
        if (answer.Items.Count > 0) Interlocked.CompareExchange(ref askedAt, asked, 0);
        return GrpcAnswer.Of(answer);
    }

    public GrpcAnswer Mark(string eventId)
    {
        if (!pending.TryRemove(eventId, out _)) return GrpcAnswer.Of(new Empty());
        var now = Now();
        Interlocked.CompareExchange(ref firstAt, now, 0);
        Interlocked.Exchange(ref lastAt, now);
        Interlocked.Increment(ref sent);
        return GrpcAnswer.Of(new Empty());
    }

    public GrpcAnswer Fail(string eventId)
    {
        if (pending.TryRemove(eventId, out _)) Interlocked.Increment(ref failed);
        return GrpcAnswer.Of(new Empty());
    }

    public string Reset()
    {
        pending.Clear();
        (sent, failed, askedAt, firstAt, lastAt) = (0, 0, 0, 0, 0);
        return "ok";
    }

    public string Add(int count)
    {
        var created = $"{DateTime.UtcNow:ddd MMM dd yyyy HH:mm:ss} GMT+0000 (Coordinated Universal Time)";
        for (var i = 0; i < count; i++)
        {
            var number = ++added;
            var id = $"{Guid.NewGuid():N}";
            pending[id] = (number, new QueryResult
            {
                Id = id, EventId = id, EventType = "MESSAGE", Status = "PENDING", Version = 1, CreatedAt = created, UpdatedAt = created,
                Payload = new MessagePayload
                {
                    Id = id, Title = "Your weekly summary", Body = Body, Recipient = "somebody@example.com", SenderId = "user-1",
                    Type = "MAIL_MESSAGE",
                },
            });
        }

        return "ok";
    }

    /// <returns>Pending, sent, failed; then in unix ms the first find that found rows, the first mark, the last mark: 0 before.</returns>
    public string State() => string.Join(' ', pending.Count, sent, failed, askedAt, firstAt, lastAt);

    static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}
