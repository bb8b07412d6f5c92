using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.Telemetry;
using Microsoft.Extensions.Logging.Console;

namespace Hobom.Slices.Host;

/// <summary>
/// The log on standard output. It never holds up work: where nobody reads the output, a bounded number of lines waits
/// for a reader and what comes after them is dropped; how many that were is said on standard error with the first line
/// for which there is room again.
/// </summary>
static class ConsoleLog
{
    /// <summary>Lines that wait for a reader. With <see cref="LineFormatter.CharacterLimit"/> a bound in bytes as well.</summary>
    const int WaitingLineLimit = 5_000;

    public static void Configure(ILoggingBuilder logging, LogForm form = LogForm.Lines)
    {
        logging.SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            // Routes and validators at each start, in the words of a package.
            .AddFilter("FastEndpoints", LogLevel.Warning)
            // The framework would add two lines of its own to each refusal, however many there are.
            .AddFilter(typeof(ApiKeyAuthentication).FullName, LogLevel.Warning)
            // A line for each probe that finds trouble; the trouble itself is told once, by whoever has it.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            // It warns that its keys are lost with the process. Nothing is protected by them: there are no cookies.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
            .AddConsole(o =>
            {
                o.FormatterName = form is LogForm.Json ? JsonLineFormatter.FormatterName : LineFormatter.FormatterName;
                o.MaxQueueLength = WaitingLineLimit;
                o.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            })
            .AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>()
            .AddConsoleFormatter<JsonLineFormatter, ConsoleFormatterOptions>();
    }
}
