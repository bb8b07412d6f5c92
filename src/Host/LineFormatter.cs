using System.Diagnostics;
using System.Globalization;
using Hobom.Slices.Host.Guards;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Hobom.Slices.Host;

/// <summary>
/// One line for each entry, whatever stands in it: <c>time level: category[event] message</c>, and the trace of the
/// request that it belongs to. Line ends and control characters of ids, paths and errors come out escaped.
/// </summary>
sealed class LineFormatter(TimeProvider? clock = null) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    /// <summary>An error's text may hold a whole answer of another program's.</summary>
    public const int CharacterLimit = 8192;

    readonly TimeProvider clock = clock ?? TimeProvider.System;
    readonly LogFlood flood = new(clock ?? TimeProvider.System);

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (!flood.Admits(logEntry.EventId.Name, logEntry.Category, out var unsaid)) return;
        var trace = TraceOf(scopeProvider) is { } id ? $" (trace {id})" : "";
        var named = logEntry.EventId.Name ?? logEntry.EventId.Id.ToString(CultureInfo.InvariantCulture);
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {NameOf(logEntry.LogLevel)}: {logEntry.Category}[{named}] "
            + $"{logEntry.Formatter(logEntry.State, logEntry.Exception)}{unsaid}{trace}");
        if (logEntry.Exception is { } exception) line += $" {exception}";
        textWriter.Write(LogText.Clean(line, CharacterLimit) + "\n");
    }

    /// <summary>The caller's word for its request; null outside of requests.</summary>
    internal static string? TraceOf(IExternalScopeProvider? scopes)
    {
        var trace = new List<string>();
        scopes?.ForEachScope(static (scope, found) =>
        {
            if (scope is TraceScope(var id)) found.Add(id);
        }, trace);
        return trace is [.., var last] ? last : null;
    }

    static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        LogLevel.Critical or LogLevel.None => "crit",
        _ => throw new UnreachableException($"no word for {level}"),
    };
}
