using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Logs;

/// <summary>
/// Warns of values that the consumers do not know, each once: rows that wait through an outage are seen at every visit,
/// and are no news.
/// </summary>
public sealed class ForeignValueWarnings(string eventType, ILogger log)
{
    /// <summary>A backend may send any number of values: beyond this they are told anew.</summary>
    const int RememberedLimit = 100;

    readonly HashSet<string> told = new(StringComparer.Ordinal);

    /// <param name="values">Of one visit's rows that travel alone, one a row.</param>
    public void Note(IReadOnlyList<string> values)
    {
        string[] fresh = [.. values.Distinct(StringComparer.Ordinal).Where(value => !told.Contains(value))];
        if (fresh.Length == 0) return;
        if (told.Count + fresh.Length > RememberedLimit) told.Clear();
        told.UnionWith(fresh.Take(RememberedLimit));
        log.LogWarning(
            LogEvents.Named("logs.foreign-value"),
            "{EventType}: {Values} values that the consumers do not know, such as {Value}; each row that holds one travels alone",
            eventType, fresh.Length, fresh[0]);
    }
}
