using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Tests.Fast;

/// <summary>Keeps what is logged: the level's first letter, a blank, the text.</summary>
sealed class LogLines : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{logLevel.ToString()[0]} {formatter(state, exception)}");
}
