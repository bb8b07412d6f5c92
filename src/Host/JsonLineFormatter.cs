using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Hobom.Slices.Host;

/// <summary>
/// An object a line, for programs that collect logs: the same entries as <see cref="LineFormatter"/>'s, with what stands in their
/// placeholders as fields beside the message. The names are a contract.
/// </summary>
sealed class JsonLineFormatter(TimeProvider? clock = null) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "json-line";

    const int FieldCharacterLimit = 1024;

    readonly TimeProvider clock = clock ?? TimeProvider.System;
    readonly LogFlood flood = new(clock ?? TimeProvider.System);

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (!flood.Admits(logEntry.EventId.Name, logEntry.Category, out var unsaid)) return;
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", NameOf(logEntry.LogLevel));
            json.WriteString("category", logEntry.Category);
            json.WriteString("event", logEntry.EventId.Name ?? "other");
            var message = logEntry.Formatter(logEntry.State, logEntry.Exception) + unsaid;
            json.WriteString("message", LogText.Clean(message, LineFormatter.CharacterLimit));
            if (LineFormatter.TraceOf(scopeProvider) is { } trace) json.WriteString("trace", trace);
            if (Activity.Current is { } activity) json.WriteString("traceId", activity.TraceId.ToHexString());
            WriteFields(json, logEntry.State as IReadOnlyList<KeyValuePair<string, object?>>);
            if (logEntry.Exception is { } exception)
                json.WriteString("exception", LogText.Clean(exception.ToString(), LineFormatter.CharacterLimit));
            json.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(bytes.WrittenSpan) + "\n");
    }

    static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>>? state)
    {
        if (state is null) return;
        json.WriteStartObject("fields");
        foreach (var (name, value) in state)
        {
            switch (value)
            {
                case not null when name == "{OriginalFormat}":
                    break;
                case int number:
                    json.WriteNumber(name, number);
                    break;
                case long number:
                    json.WriteNumber(name, number);
                    break;
                case bool flag:
                    json.WriteBoolean(name, flag);
                    break;
                case null:
                    json.WriteNull(name);
                    break;
                case var other:
                    json.WriteString(name, LogText.Clean(Convert.ToString(other, CultureInfo.InvariantCulture) ?? "", FieldCharacterLimit));
                    break;
            }
        }

        json.WriteEndObject();
    }

    static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical or LogLevel.None => "critical",
        _ => throw new UnreachableException($"no word for {level}"),
    };
}
