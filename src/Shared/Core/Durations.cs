using System.Globalization;

namespace Hobom.Slices.Core;

/// <summary>Durations as settings write them.</summary>
public static class Durations
{
    static readonly double MillisecondLimit = TimeSpan.MaxValue.TotalMilliseconds / 2;

    static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("", 1000)];

    /// <summary><c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>72h</c>, <c>30d</c>, or a number of seconds; null for anything else.</summary>
    public static TimeSpan? Parse(string text)
    {
        var (unit, milliseconds) = Units.First(u => text.EndsWith(u.Unit, StringComparison.Ordinal));
        var number = text.AsSpan(0, text.Length - unit.Length);
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return null;
        // The words for infinity and for no number are taken as well, whatever the styles: they fall outside the range.
        var duration = value * milliseconds;
        return duration >= 0 && duration < MillisecondLimit ? TimeSpan.FromMilliseconds(duration) : null;
    }

    public static string Format(TimeSpan duration) =>
        duration.TotalSeconds < 1 ? $"{duration.TotalMilliseconds:0.###}ms" : $"{duration.TotalSeconds:0.###}s";
}
