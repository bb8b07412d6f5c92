using System.Text.Json;
using Google.Protobuf.Collections;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Log;
using static Hobom.Slices.Core.RecordField;

namespace Hobom.Slices.Logs;

/// <summary>
/// A log object in the consumers' form. They refuse fields that they do not know and miss none of the outer ones;
/// the same row always gives the same bytes.
/// </summary>
public static class LogRecord
{
    /// <summary>A request's values are hidden, their names are not.</summary>
    public static RecordShape<LogPayloadDetail> Detail { get; } = new(
        "the log's detail",
        Entries("query", d => d.Query),
        Entries("body", d => d.Body),
        Entries("headers", d => d.Headers),
        TextUnlessEmpty<LogPayloadDetail>("error", Visibility.Text, d => d.Error));

    /// <summary>The whole log payload as it came, under its own names; what is empty is left out.</summary>
    public static RecordShape<HoBomLogPayload> Row { get; } = new(
        "the log's payload",
        TextUnlessEmpty<HoBomLogPayload>("traceId", Visibility.Code, l => l.TraceId),
        TextUnlessEmpty<HoBomLogPayload>("level", Visibility.Code, l => l.Level),
        TextUnlessEmpty<HoBomLogPayload>("method", Visibility.Code, l => l.Method),
        TextUnlessEmpty<HoBomLogPayload>("path", Visibility.Path, l => l.Path),
        new("statusCode", JsonValueKind.Number, Visibility.Code, (json, l) =>
        {
            if (l.StatusCode != 0) json.WriteNumber("statusCode", l.StatusCode);
        }),
        TextUnlessEmpty<HoBomLogPayload>("host", Visibility.Text, l => l.Host),
        TextUnlessEmpty<HoBomLogPayload>("userId", Visibility.Hidden, l => l.UserId),
        new("payload", JsonValueKind.Object, Detail.Shown, (json, l) =>
        {
            if (l.Payload is not { } detail || IsEmpty(detail)) return;
            json.WritePropertyName("payload");
            Detail.Write(json, detail);
        }),
        TextUnlessEmpty<HoBomLogPayload>("serviceType", Visibility.Code, l => l.ServiceType),
        TextUnlessEmpty<HoBomLogPayload>("message", Visibility.Text, l => l.Message));

    public static RecordShape<HoBomLogPayload> Shape { get; } = new(
        "the log",
        Text<HoBomLogPayload>("serviceType", Visibility.Code, l => l.ServiceType),
        Text<HoBomLogPayload>("level", Visibility.Code, l => l.Level),
        Text<HoBomLogPayload>("traceId", Visibility.Code, l => l.TraceId),
        Text<HoBomLogPayload>("message", Visibility.Text, l => l.Message),
        Text<HoBomLogPayload>("httpMethod", Visibility.Code, l => l.Method),
        Text<HoBomLogPayload>("path", Visibility.Path, l => l.Path) with { Optional = true },
        Number<HoBomLogPayload>("statusCode", Visibility.Code, l => l.StatusCode),
        Text<HoBomLogPayload>("host", Visibility.Text, l => l.Host),
        Text<HoBomLogPayload>("userId", Visibility.Hidden, l => l.UserId),
        new("payload", JsonValueKind.Object, Row.Shown, (json, l) =>
        {
            json.WritePropertyName("payload");
            Row.Write(json, l);
        }) { Optional = true });

    static bool IsEmpty(LogPayloadDetail detail) =>
        detail.Query.Count == 0 && detail.Body.Count == 0 && detail.Headers.Count == 0 && detail.Error.Length == 0;

    /// <summary>Entries in the order of their keys: on the wire a map has none.</summary>
    static RecordField<LogPayloadDetail> Entries(string name, Func<LogPayloadDetail, MapField<string, string>> of) =>
        new(name, JsonValueKind.Object, Visibility.Names, (json, detail) =>
        {
            var entries = of(detail);
            if (entries.Count == 0) return;
            json.WriteStartObject(name);
            foreach (var (key, value) in entries.OrderBy(e => e.Key, StringComparer.Ordinal)) json.WriteString(key, value);
            json.WriteEndObject();
        });
}
