using LogEventId = Microsoft.Extensions.Logging.EventId;

namespace Hobom.Slices.Runtime.Telemetry;

/// <summary>
/// Names of what the log tells, for programs that count and filter: <c>poller.trouble</c>. A contract, as docs/OPERATING.md lists
/// them: the words of a line may change, its name may not.
/// </summary>
public static class LogEvents
{
    public static LogEventId Named(string name) => new(0, name);
}
