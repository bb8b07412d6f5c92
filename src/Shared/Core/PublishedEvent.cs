using System.Globalization;

namespace Hobom.Slices.Core;

/// <summary>Where an event's record is, as it is kept for a while after its delivery.</summary>
/// <param name="At">Null where it is known to be published, and not where: somebody has seen it arrive.</param>
/// <param name="PublishedAt">When that became known.</param>
public sealed record PublishedEvent(EventId Id, RecordPosition? At, DateTimeOffset PublishedAt)
{
    const string Nowhere = "-";

    /// <summary>
    /// As it is stored, beside its id: <c>3 1234567 1764176400123</c>, that is partition, offset and unix time in ms; two
    /// hyphens where the place is not known. A contract with what other builds have written.
    /// </summary>
    public string Format() => At is { } at
        ? string.Create(CultureInfo.InvariantCulture, $"{at.Partition} {at.Offset} {PublishedAt.ToUnixTimeMilliseconds()}")
        : string.Create(CultureInfo.InvariantCulture, $"{Nowhere} {Nowhere} {PublishedAt.ToUnixTimeMilliseconds()}");

    /// <returns>Null where the text is of another version, or no place at all.</returns>
    public static PublishedEvent? Parse(EventId id, string text)
    {
        if (text.Split(' ') is not [var partition, var offset, var time]) return null;
        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)) return null;
        if (ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) return null;
        var at = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        if (partition == Nowhere && offset == Nowhere) return new PublishedEvent(id, null, at);
        return int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var p)
            && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var o)
                ? new PublishedEvent(id, new RecordPosition(p, o), at)
                : null;
    }
}
