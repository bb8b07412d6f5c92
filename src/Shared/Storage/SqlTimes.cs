using System.Globalization;
using Hobom.Slices.Rows;

namespace Hobom.Slices.Storage;

/// <summary>Times as text that sorts as they do: UTC, microseconds.</summary>
public static class SqlTimes
{
    public static string Text(DateTimeOffset time) => StoredText.Time(time);

    public static DateTimeOffset Read(object value) => value switch
    {
        DateTime time => new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
        string text when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) => time,
        // Another program's: a row with a day that never was is still a row.
        string => DateTimeOffset.UnixEpoch,
        _ => throw new InvalidCastException($"a time of type {value.GetType()}"),
    };
}
