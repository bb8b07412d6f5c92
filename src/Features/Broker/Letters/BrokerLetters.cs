using System.Text;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;

namespace Hobom.Slices.Broker.Letters;

/// <summary>
/// A dead handling as a dead letter: <c>dlq:broker:&lt;consumer&gt;:&lt;handling&gt;</c>, one for an event and a consumer. A
/// contract: its payload is what the consumer was given, byte for byte.
/// </summary>
public static class BrokerLetters
{
    public const string Stage = "handle";

    public static readonly Category Category = new("broker");

    /// <summary>It ends at consumers: its letters have no topic.</summary>
    public static readonly RelayRoute Route = new("BROKER_EVENT", "", Category);

    const int IdLength = 36;

    /// <param name="consumer">One whose name does not fit is told by its digest.</param>
    public static DeadLetterKey KeyOf(string consumer, Guid handling)
    {
        var name = Encoding.UTF8.GetByteCount(consumer) > DeadLetterKey.IdByteLimit - IdLength - 1
            ? RowRules.Digest(Encoding.UTF8.GetBytes(consumer))
            : consumer;
        return new DeadLetterKey(Category, $"{name}:{handling}");
    }

    /// <summary>Null where the key is none of this category's.</summary>
    public static Guid? HandlingOf(DeadLetterKey key) =>
        key.Category == Category && key.Id.Length > IdLength && key.Id[^(IdLength + 1)] == ':'
            && Guid.TryParseExact(key.Id[^IdLength..], "D", out var id)
            ? id
            : null;

    public static DeadLetter Of(EventHandling dead, DateTimeOffset now)
    {
        var (handling, given) = (dead.Handling, dead.Event);
        var at = handling.State is HandlingState.Dead died ? died.At : now;
        var begun = handling.StartedAt ?? at;
        var reason = handling.LastError ?? "its consumer gave it up";
        var kind = FailureKinds.ClassOf(handling.Kind);
        var word = KindWordOf(handling);
        return new DeadLetter(
            KeyOf(handling.Consumer, handling.Id), new EventId(given.Id), given.Type, PayloadOf(dead), "", given.EffectiveKey ?? "",
            [
                new("event-source", given.Source), new("consumer", handling.Consumer),
                .. dead.Edited.IsSome ? [new RecordHeader("edited", "1")] : Array.Empty<RecordHeader>(),
            ],
            Stage, kind, reason,
            [new Attempt(handling.Attempts, begun, at - begun, kind, word, reason, MaybeWritten: false)], at)
        {
            IsView = true, Kind = word,
        };
    }

    /// <summary>What failed, as the letter and its attempts tell it; an older row does not, and it is not guessed.</summary>
    public static string KindWordOf(Handling dead) => dead.Kind?.Word() ?? FailureKinds.UnknownWord;

    /// <summary>Empty where the event has none.</summary>
    public static ReadOnlyMemory<byte> PayloadOf(EventHandling dead) =>
        dead.Edited.IfNone(() => dead.Event.Payload.IfNone(ReadOnlyMemory<byte>.Empty));
}
