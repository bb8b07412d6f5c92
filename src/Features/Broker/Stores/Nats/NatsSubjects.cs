using System.Text;

namespace Hobom.Slices.Broker.Stores.Nats;

/// <summary>
/// Names in NATS. A part of a subject may be neither empty nor hold a dot, a space or a wildcard; what does is written so that
/// two different ones stay different.
/// </summary>
static class NatsSubjects
{
    public const string Prefix = "events";

    /// <summary>Of commands that are no event, so that whoever listens to <c>events.&gt;</c> meets events alone.</summary>
    public static string CommandsOf(string stream) => $"journal.{Token(stream)}";

    /// <summary><c>events.&lt;source&gt;.&lt;schema&gt;.&lt;entity&gt;.&lt;operation&gt;</c>.</summary>
    public static string Of(BrokerEvent given) =>
        $"{Prefix}.{Token(given.Source)}.{Token(given.Schema)}.{Token(given.Entity)}.{Token(given.Operation)}";

    /// <summary><c>_</c> for nothing, <c>=2E</c> and the like for a byte that has no place.</summary>
    public static string Token(string text)
    {
        if (text.Length == 0) return "_";
        if (text == "_") return "=5F";
        var token = new StringBuilder(text.Length);
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            if (one is > (byte)' ' and < 0x7f && one is not ((byte)'.' or (byte)'*' or (byte)'>' or (byte)'=')) token.Append((char)one);
            else token.Append('=').Append(one.ToString("X2"));
        }

        return token.ToString();
    }
}
