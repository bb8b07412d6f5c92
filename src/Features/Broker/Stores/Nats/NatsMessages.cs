using System.Globalization;
using System.Text;
using Hobom.Slices.Broker.Stores.Journal;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace Hobom.Slices.Broker.Stores.Nats;

sealed record NatsMessage(string Subject, byte[] Body, NatsHeaders Headers)
{
    /// <summary>What the client adds: a line before the headers, the id, and the sequence that is expected.</summary>
    const int ClientHeaders = 200;

    /// <summary>In bytes, as the server counts a message.</summary>
    public int Size => Body.Length + ClientHeaders + Headers.Sum(h => h.Key.Length + h.Value.ToString().Length + 4);
}

/// <summary>How an entry of the journal is a message, and a message an entry.</summary>
static class NatsMessages
{
    /// <summary>Stored: a message without it is another program's, or an older build's.</summary>
    const string MarkHeader = "Hobom-Mark";

    /// <summary>
    /// What is published for a command: one event in the contract's form, so that others read it; all else, and what is too much for one
    /// message so, as a command, zipped where that is needed.
    /// </summary>
    /// <param name="commands">The subject of commands that are no event.</param>
    /// <param name="limit">Of a message, in bytes.</param>
    public static NatsMessage MessageOf(JournalCommand command, string mark, string commands, int limit)
    {
        if (command is JournalCommand.Append([var json]) && EventJson.Read(json) is var given)
        {
            var shown = new NatsMessage(NatsSubjects.Of(given), json, HeadersOf(mark, given));
            if (shown.Size <= limit) return shown;
        }

        var plain = new NatsMessage(commands, command.Write(), new NatsHeaders { [MarkHeader] = mark });
        return plain.Size <= limit ? plain : plain with { Body = command.WriteZipped() };
    }

    /// <summary>The contract's names. What a header cannot hold is written as in an address.</summary>
    static NatsHeaders HeadersOf(string mark, BrokerEvent given) => new()
    {
        ["Event-ID"] = Uri.EscapeDataString(given.Id), ["Event-Type"] = Uri.EscapeDataString(given.Type),
        ["Event-Source"] = Uri.EscapeDataString(given.Source), ["Event-Status"] = EventStatus.Pending.Word(),
        ["Instance-ID"] = Uri.EscapeDataString(given.InstanceId), [MarkHeader] = mark,
    };

    /// <param name="commands">The subject of commands that are no event.</param>
    /// <exception cref="InvalidDataException">There, it is none that this build knows.</exception>
    public static JournalEntry EntryOf(StoredMessage message, string commands, bool keepSecrets)
    {
        var mark = MarkOf(message);
        if (message.Subject != commands) return NatsEvents.EntryOf(message, mark, keepSecrets);
        if (mark is null) throw new InvalidDataException(JournalEntry.Unmarked);
        return new JournalEntry(message.Seq, mark, JournalCommand.Read(message.Data.Span));
    }

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
}
