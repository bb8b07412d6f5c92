using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// Positions on their way to Redis: they go along with the ledger's next write. While Redis fails, so many wait; of more,
/// it is only kept that they were not kept.
/// </summary>
sealed class PositionBuffer
{
    public const int Limit = 20_000;

    readonly Lock gate = new();
    List<PublishedEvent> waiting = [];
    List<DateTimeOffset> lost = [];

    public void Add(IReadOnlyCollection<PublishedEvent> events)
    {
        lock (gate)
        {
            foreach (var published in events)
            {
                if (waiting.Count < Limit) waiting.Add(published);
                else if (lost.Count == 0 || lost[^1] != MinuteOf(published)) lost.Add(MinuteOf(published));
            }
        }
    }

    public (IReadOnlyList<PublishedEvent> Events, IReadOnlyList<DateTimeOffset> Lost) Take()
    {
        lock (gate)
        {
            var taken = (waiting, lost);
            (waiting, lost) = ([], []);
            return taken;
        }
    }

    /// <summary>The write failed: it may have been applied all the same, and a position that is written twice is one.</summary>
    public void PutBack(IReadOnlyList<PublishedEvent> events, IReadOnlyList<DateTimeOffset> minutes)
    {
        lock (gate) lost.AddRange(minutes);
        Add(events);
    }

    static DateTimeOffset MinuteOf(PublishedEvent published) =>
        DateTimeOffset.FromUnixTimeSeconds(published.PublishedAt.ToUnixTimeSeconds() / 60 * 60);
}
