using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf.Collections;
using Hobom.Slices.Protos.Outbox.Log;

namespace Hobom.Slices.Logs;

/// <summary>
/// A log object in the consumers' form. They refuse fields that they do not know and miss none of the outer ones;
/// the same row always gives the same bytes.
/// </summary>
static class LogJson
{
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Encode(HoBomLogPayload log)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartObject();
        json.WriteString("serviceType", log.ServiceType);
        json.WriteString("level", log.Level);
        json.WriteString("traceId", log.TraceId);
        json.WriteString("message", log.Message);
        json.WriteString("httpMethod", log.Method);
        json.WriteString("path", log.Path);
        json.WriteNumber("statusCode", log.StatusCode);
        json.WriteString("host", log.Host);
        json.WriteString("userId", log.UserId);
        json.WriteStartObject("payload");
        WritePayload(json, log);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The whole log payload as it came, under its own names; what is empty is left out.</summary>
    static void WritePayload(Utf8JsonWriter json, HoBomLogPayload log)
    {
        WriteUnlessEmpty(json, "traceId", log.TraceId);
        WriteUnlessEmpty(json, "level", log.Level);
        WriteUnlessEmpty(json, "method", log.Method);
        WriteUnlessEmpty(json, "path", log.Path);
        if (log.StatusCode != 0) json.WriteNumber("statusCode", log.StatusCode);
        WriteUnlessEmpty(json, "host", log.Host);
        WriteUnlessEmpty(json, "userId", log.UserId);
        if (log.Payload is { } detail && !IsEmpty(detail))
        {
            json.WriteStartObject("payload");
            WriteUnlessEmpty(json, "query", detail.Query);
            WriteUnlessEmpty(json, "body", detail.Body);
            WriteUnlessEmpty(json, "headers", detail.Headers);
            WriteUnlessEmpty(json, "error", detail.Error);
            json.WriteEndObject();
        }

        WriteUnlessEmpty(json, "serviceType", log.ServiceType);
        WriteUnlessEmpty(json, "message", log.Message);
    }

    static bool IsEmpty(LogPayloadDetail detail) =>
        detail.Query.Count == 0 && detail.Body.Count == 0 && detail.Headers.Count == 0 && detail.Error.Length == 0;

    static void WriteUnlessEmpty(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0) json.WriteString(name, value);
    }

    /// <summary>Entries in the order of their keys: on the wire a map has none.</summary>
    static void WriteUnlessEmpty(Utf8JsonWriter json, string name, MapField<string, string> entries)
    {
        if (entries.Count == 0) return;
        json.WriteStartObject(name);
        foreach (var (key, value) in entries.OrderBy(e => e.Key, StringComparer.Ordinal)) json.WriteString(key, value);
        json.WriteEndObject();
    }
}
