using System.Globalization;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Broker.Stores.Journal;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace Hobom.Slices.Broker.Stores.Nats;

/// <summary>How an entry of the journal is a message, and what a message is that another program wrote.</summary>
static class NatsMessages
{
    /// <summary>Stored: a message without it is another program's, or an older build's.</summary>
    const string MarkHeader = "Hobom-Mark";

    public static NatsHeaders HeadersOf(string mark) => new() { [MarkHeader] = mark };

    /// <summary>The contract's names. What a header cannot hold is written as in an address.</summary>
    public static NatsHeaders HeadersOf(string mark, BrokerEvent given) => new()
    {
        ["Event-ID"] = Uri.EscapeDataString(given.Id), ["Event-Type"] = Uri.EscapeDataString(given.Type),
        ["Event-Source"] = Uri.EscapeDataString(given.Source), ["Event-Status"] = EventStatus.Pending.Word(),
        ["Instance-ID"] = Uri.EscapeDataString(given.InstanceId), [MarkHeader] = mark,
    };

    /// <param name="commands">The subject of commands that are no event.</param>
    public static JournalEntry EntryOf(StoredMessage message, string commands) =>
        new(message.Seq, MarkOf(message) ?? "", CommandOf(message, commands));

    /// <summary>What no other message has that ever gets this one's place.</summary>
    public static string TellTaleOf(StoredMessage message) =>
        MarkOf(message) ?? message.Time.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Null where there is none. Headers come as in the protocol, line by line.</summary>
    static string? MarkOf(StoredMessage message)
    {
        if (string.IsNullOrEmpty(message.Hdrs)) return null;
        var lines = Encoding.UTF8.GetString(Convert.FromBase64String(message.Hdrs)).Split("\r\n");
        return lines.FirstOrDefault(l => l.StartsWith($"{MarkHeader}:", StringComparison.Ordinal))?[(MarkHeader.Length + 1)..].Trim();
    }

    /// <summary>What another program wrote and is no event changes nothing, and holds up nothing.</summary>
    static JournalCommand CommandOf(StoredMessage message, string commands)
    {
        try
        {
            if (message.Subject == commands) return JournalCommand.Read(message.Data.Span);
            var given = EventJson.Read(message.Data);
            if (given.Id.Length == 0 || given.Source.Length == 0 || given.Type.Length == 0) return new JournalCommand.Begin();
            // The message's own time, for every process has another now.
            return new JournalCommand.Append(
                [given.CreatedAt == default ? EventJson.Write(given with { CreatedAt = message.Time }) : message.Data.ToArray()]);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException
            or NotSupportedException)
        {
            return new JournalCommand.Begin();
        }
    }
}
