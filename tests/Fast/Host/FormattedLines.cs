using System.Collections.Concurrent;
using Hobom.Slices.Host;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>What the processor would write to its console, an element for each write.</summary>
public sealed class FormattedLines : ILoggerProvider, ISupportExternalScope
{
    readonly LineFormatter formatter = new();
    readonly ConcurrentQueue<string> lines = new();
    IExternalScopeProvider? scopes;

    public IReadOnlyList<string> All => [.. lines];

    /// <summary>With the processor's own filters.</summary>
    public ILoggerFactory NewFactory() => LoggerFactory.Create(logging =>
    {
        ConsoleLog.Configure(logging);
        logging.Services.RemoveAll<ILoggerProvider>();
        logging.AddProvider(this);
    });

    public void Clear() => lines.Clear();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

    public void Dispose()
    {
    }

    sealed class Logger(FormattedLines to, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => to.scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            using var line = new StringWriter();
            to.formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter), to.scopes, line);
            to.lines.Enqueue(line.ToString());
        }
    }
}
