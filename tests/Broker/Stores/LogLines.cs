using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What was told, by name.</summary>
sealed class LogLines : ILogger
{
    readonly System.Collections.Concurrent.ConcurrentQueue<(string? Name, string Text)> all = new();

    public IReadOnlyList<(string? Name, string Text)> All => [.. all];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        all.Enqueue((eventId.Name, formatter(state, exception)));
}
