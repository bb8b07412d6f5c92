using System.Collections.Concurrent;
using System.Globalization;

namespace Hobom.Slices.Host;

/// <summary>
/// Keeps a flood out of the log: of each event so many lines a minute, and then their number. What is wrong is said by the first of
/// them; the metrics count the rest. What must stand in the log line by line is never left out.
/// </summary>
sealed class LogFlood(TimeProvider clock)
{
    public const int LinesPerMinute = 30;

    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Refusals have a limit of their own.</summary>
    static readonly string[] NeverLeftOut = ["audit.entry", "audit.not-kept", "request.refused"];

    readonly ConcurrentDictionary<string, Minute> minutes = new(StringComparer.Ordinal);

    /// <param name="name">Of the event; what has none is told by where it comes from.</param>
    /// <param name="unsaid">What is to be said after the line of those left out before it; else empty.</param>
    public bool Admits(string? name, string category, out string unsaid)
    {
        unsaid = "";
        if (name is not null && NeverLeftOut.Contains(name, StringComparer.Ordinal)) return true;
        if (!minutes.GetOrAdd(name ?? category, _ => new Minute()).Admits(clock, out var left)) return false;
        if (left > 0) unsaid = string.Create(CultureInfo.InvariantCulture, $" ({left} lines of this event before it were left out)");
        return true;
    }

    sealed class Minute
    {
        readonly Lock gate = new();
        long? begun;
        int lines;
        int left;

        /// <summary>By the steady clock: by the other, one that is set back an hour would keep the log silent for that hour.</summary>
        public bool Admits(TimeProvider clock, out int unsaid)
        {
            lock (gate)
            {
                unsaid = 0;
                if (begun is not { } since || clock.GetElapsedTime(since) >= Interval) (begun, lines) = (clock.GetTimestamp(), 0);
                if (++lines > LinesPerMinute)
                {
                    left++;
                    return false;
                }

                (unsaid, left) = (left, 0);
                return true;
            }
        }
    }
}
