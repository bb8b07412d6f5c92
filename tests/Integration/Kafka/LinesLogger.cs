using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Tests.Integration.Kafka;

/// <summary>Keeps what an operator would see: information and above, where no other level is given.</summary>
sealed class LinesLogger<T>(LogLevel least = LogLevel.Information) : ILogger<T>
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(
        LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
