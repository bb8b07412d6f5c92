using System.Globalization;

namespace Hobom.Slices.Core;

/// <summary>Durations as settings write them.</summary>
public static class Durations
{
    static readonly (string Unit, double Milliseconds)[] Units =
        [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("", 1000)];

    /// <summary><c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>72h</c>, <c>30d</c>, or a number of seconds; null for anything else.</summary>
    public static TimeSpan? Parse(string text)
    {
        var (unit, milliseconds) = Units.First(u => text.EndsWith(u.Unit, StringComparison.Ordinal));
        return double.TryParse(
                text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * milliseconds < TimeSpan.MaxValue.TotalMilliseconds / 2
            ? TimeSpan.FromMilliseconds(number * milliseconds)
            : null;
    }

    public static string Format(TimeSpan duration) =>
        duration.TotalSeconds < 1 ? $"{duration.TotalMilliseconds:0.###}ms" : $"{duration.TotalSeconds:0.###}s";
}
