using System.Text.Json;
using Hobom.Slices.Protos.Outbox.Log;

namespace Hobom.Slices.Logs;

/// <summary>
/// The values that the consumers take. They refuse a whole array for one object with another value; those
/// they learn later belong here, and until then travel alone.
/// </summary>
public static class LogEnumerations
{
    const int ShownLength = 40;

    static readonly HashSet<string> ServiceTypes = new(StringComparer.Ordinal)
    {
        "HOBOM_BACKEND", "HOBOM_API_GATEWAY", "HOBOM_MESSAGE_DELIVERY", "HOBOM_SPACE", "HOBOM_ANGEL",
    };

    static readonly HashSet<string> Levels = new(StringComparer.Ordinal) { "DEBUG", "INFO", "WARN", "ERROR", "FATAL" };

    static readonly HashSet<string> HttpMethods = new(StringComparer.Ordinal) { "GET", "POST", "PATCH", "PUT", "DELETE" };

    /// <summary>The first value that is not among them, with its field, fit for a log line; null where there is none.</summary>
    public static string? ForeignValue(HoBomLogPayload log) =>
        !ServiceTypes.Contains(log.ServiceType) ? Shown("serviceType", log.ServiceType)
        : !Levels.Contains(log.Level) ? Shown("level", log.Level)
        : !HttpMethods.Contains(log.Method) ? Shown("httpMethod", log.Method)
        : null;

    /// <summary>Any backend's text: cut, and with nothing in it that a terminal obeys.</summary>
    static string Shown(string field, string value) =>
        $"{field} \"{JsonEncodedText.Encode(string.Concat(value.EnumerateRunes().Take(ShownLength)))}\"";
}
