using System.Text.Json;
using Hobom.Slices.Broker.Publishing;
using Hobom.Slices.Broker.Stores.Journal;
using NATS.Client.JetStream.Models;

namespace Hobom.Slices.Broker.Stores.Nats;

/// <summary>
/// What a message under <c>events.&gt;</c> is, where any program may publish: an event or nothing, and it holds up nobody. Which it is
/// follows from the message alone, and is the same in every build; what is an event by the contract only is offered beside.
/// </summary>
static class NatsEvents
{
    /// <summary>Of the predecessor: they are no events, and nobody need be told.</summary>
    static readonly string[] Notices = [$"{NatsSubjects.Prefix}.status.", $"{NatsSubjects.Prefix}.deleted."];

    /// <param name="mark">Null: another program's.</param>
    public static JournalEntry EntryOf(StoredMessage message, string? mark, bool keepSecrets)
    {
        var nothing = new JournalEntry(message.Seq, mark ?? "", new JournalCommand.Begin());
        if (Read(message, EventJson.Read, out _) is { } given)
        {
            var safe = mark is not null || keepSecrets ? given : SecretFields.Hash(given);
            // The message's own time, for every process has another now.
            var timed = safe.CreatedAt == default ? safe with { CreatedAt = message.Time } : safe;
            var remark = mark is null && Read(message, EventJson.ReadForeign, out var lost) is null ? lost : null;
            return nothing with
            {
                Command = new JournalCommand.Append([timed == given ? message.Data.ToArray() : EventJson.Write(timed)]), Remark = remark,
            };
        }

        if (Notices.Any(n => message.Subject.StartsWith(n, StringComparison.Ordinal))) return nothing;
        return Read(message, EventJson.ReadForeign, out var why) is { } offered
            ? nothing with { Offered = offered.CreatedAt == default ? offered with { CreatedAt = message.Time } : offered }
            : nothing with { Remark = why };
    }

    /// <summary>Null where it is none.</summary>
    static BrokerEvent? Read(StoredMessage message, Func<ReadOnlyMemory<byte>, BrokerEvent> read, out string? why)
    {
        try
        {
            var given = read(message.Data);
            why = given.Id.Length == 0 ? "id" : given.Source.Length == 0 ? "source" : given.Type.Length == 0 ? "type" : null;
            if (why is null) return given;
            why = $"{message.Subject}: event {why} is required";
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException
            or NotSupportedException)
        {
            why = $"{message.Subject}: {malformed.Message}";
        }

        return null;
    }
}
