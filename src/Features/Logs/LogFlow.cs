using Hobom.Slices.Core;

namespace Hobom.Slices.Logs;

/// <summary>What the two flows of logs do not share.</summary>
/// <param name="KeyPrefix">Of a record's key; the time follows.</param>
public sealed record LogFlow(RelayRoute Route, string KeyPrefix)
{
    /// <summary>The main backend's.</summary>
    public static readonly LogFlow Main = new(new RelayRoute("HOBOM_LOG", "hobom.logs", new Category("log")), "hobom-log");

    public static readonly LogFlow Space = new(new RelayRoute("SPACE_LOG", "hobom.logs", new Category("space-log")), "space-log");

    /// <returns>The prefix and the Unix time in nanoseconds.</returns>
    public string RecordKey(DateTimeOffset now) =>
        $"{KeyPrefix}-{(now - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick}";
}
