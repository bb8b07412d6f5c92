using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>
/// How large a batch may be, by topic. A broker refuses a batch whole, as too large, and the client then calls each record
/// in it too large: so a topic that has refused one gets smaller ones for a while, down to one record in each.
/// </summary>
/// <param name="usual">In bytes.</param>
sealed class BatchSizes(int usual, TimeProvider clock)
{
    /// <summary>Small on purpose: what is larger travels alone.</summary>
    public const int DefaultBytes = 64 * 1024;

    /// <summary>Every record travels alone.</summary>
    public const int Single = 1;

    static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    readonly ConcurrentDictionary<string, (int Bytes, long LearnedAt)> learned = new(StringComparer.Ordinal);

    public static BatchSizes For(KafkaSettings settings, TimeProvider clock) => new(
        settings.Extra.TryGetValue("batch.size", out var own)
            && int.TryParse(own, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            ? bytes : DefaultBytes,
        clock);

    public int Usual => usual;

    public int Of(string topic) =>
        learned.TryGetValue(topic, out var size) && clock.GetElapsedTime(size.LearnedAt) < Memory ? size.Bytes : usual;

    /// <summary>A batch of up to <paramref name="refused"/> bytes was too large.</summary>
    /// <param name="limit">The topic's own, where it is known.</param>
    public void NoteRefused(string topic, int refused, int? limit)
    {
        var size = After(refused, limit);
        if (size < Of(topic)) learned[topic] = (size, clock.GetTimestamp());
    }

    /// <summary>
    /// Smaller than what was refused, and within the limit. Rounded down to a power of two, because each size is a
    /// producer of its own; one record at a time where the limit is not known, or is not what it says.
    /// </summary>
    public static int After(int refused, int? limit) =>
        limit is > 1 and { } bytes && Rounded(bytes) < refused ? Rounded(bytes) : Single;

    static int Rounded(int bytes) => (int)BitOperations.RoundUpToPowerOf2((uint)bytes + 1) / 2;
}
