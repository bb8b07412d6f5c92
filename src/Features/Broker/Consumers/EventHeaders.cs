using System.Globalization;
using System.Text;
using Hobom.Slices.Broker.Stores;

namespace Hobom.Slices.Broker.Consumers;

/// <summary>What travels beside the payload, whose bytes stay as they were.</summary>
static class EventHeaders
{
    const string PossibleDuplicate = "possible-duplicate";

    /// <param name="form">Binary: as CloudEvents 1.0 has it over HTTP; of a structured one the body says it all.</param>
    public static IEnumerable<(string Name, string Value)> Of(Claimed claimed, CloudEventForm form)
    {
        var given = claimed.Event;
        var time = CloudEventDocument.Time(given);
        (string, string)[] headers = form switch
        {
            CloudEventForm.Binary =>
            [
                ("ce-specversion", "1.0"), ("ce-id", given.Id), ("ce-source", given.Source), ("ce-type", given.Type), ("ce-time", time),
                .. CloudEventAttributes.Of(given).Select(a => ($"ce-{a.Name}", a.Value)),
            ],
            CloudEventForm.Structured => [],
            CloudEventForm.None =>
                [("event-id", given.Id), ("event-source", given.Source), ("event-type", given.Type), ("event-time", time)],
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        foreach (var (name, value) in headers) yield return (name, Escape(value));
        if (given.SchemaVersion is { } version) yield return ("event-schema-version", $"{version}");
        if (claimed.IsEdited) yield return ("edited", "1");
        if (claimed.MayHaveArrived) yield return (PossibleDuplicate, "1");
    }

    /// <summary>Percent-encodes what a header cannot hold: what is not printable ASCII, quotes, and the percent sign itself.</summary>
    static string Escape(string text)
    {
        if (text.All(c => c is > ' ' and < '\x7f' and not '"' and not '%')) return text;
        var escaped = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is > (byte)' ' and < 0x7f and not (byte)'"' and not (byte)'%') escaped.Append((char)b);
            else escaped.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return escaped.ToString();
    }
}
