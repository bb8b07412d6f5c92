using System.Text;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Tests.Integration.Interop;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Browser;

/// <summary>Letters of messages as an outage of the broker leaves them: their rows FAILED, ready to be replayed.</summary>
sealed class SampleLetters(RedisDeadLetterStore store, GrpcJsControl control)
{
    public const string Cause = "Local: Message timed out";

    const int AtOnce = 20;

    public async Task AddAsync(IEnumerable<string> ids, string error = Cause, Func<string, string>? payload = null)
    {
        foreach (var some in ids.Chunk(AtOnce))
        {
            await control.AddRowsAsync("main", [.. some.Select(id => new { eventType = "MESSAGE", eventId = id, status = "FAILED", payload = (object)Message(id) })]);
            await Task.WhenAll(some.Select(id => AddOneAsync(id, error, payload?.Invoke(id) ?? JsonSerializer.Serialize(Message(id)))));
        }
    }

    /// <summary>Rows that the next visit delivers.</summary>
    public Task AddPendingAsync(IEnumerable<string> ids) =>
        control.AddRowsAsync("main", [.. ids.Select(id => new { eventType = "MESSAGE", eventId = id, status = "PENDING", payload = (object)Message(id) })]);

    public static IEnumerable<string> Ids(string prefix, int count) => Enumerable.Range(0, count).Select(n => $"{prefix}{n:0000}");

    async Task AddOneAsync(string id, string error, string payload)
    {
        var (key, at) = (new DeadLetterKey(new Category("menu"), id), DateTimeOffset.UtcNow);
        var attempt = new Attempt(1, at, TimeSpan.FromMilliseconds(1300), FailureClass.Transient, "Local_MsgTimedOut", error, false);
        var letter = new DeadLetter(
            key, new EventId(id), "MESSAGE", Encoding.UTF8.GetBytes(payload), "hobom.messages", id,
            [new RecordHeader(RecordHeader.EventId, id)], DeadLetter.PublishStage, FailureClass.Transient, error, [attempt], at);
        // The store gives up on a Redis that does not answer in time, as one on a busy machine may not.
        await Eventually.TrueAsync(async () => (await store.SaveAsync(letter)).IsRight, null, () => $"{id} is not saved");
        await Eventually.TrueAsync(async () => (await store.NoteRowFailedAsync(key)).IsRight, null, () => $"{id} is not noted");
    }

    static object Message(string id) =>
        new { type = "MAIL_MESSAGE", title = $"Welcome {id}", body = "Hello", recipient = "someone@example.org" };
}
