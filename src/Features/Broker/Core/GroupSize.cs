namespace Hobom.Slices.Broker;

/// <summary>
/// How many quick handlings share a transaction. A commit costs more than many a handler, and locks are held until it: so
/// as many as take <see cref="Time"/> together.
/// </summary>
public static class GroupSize
{
    public const int Limit = 100;

    /// <summary>A group that has taken so long is committed.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMilliseconds(20);

    /// <param name="average">Of the consumer's latest calls; null where none was made.</param>
    /// <param name="waiting">Handlings that wait for their turn, this one too.</param>
    /// <param name="free">How many may be under way beside one another still, this one too.</param>
    public static int Of(TimeSpan? average, int waiting, int free)
    {
        if (average is not { } each) return 1;
        var inTime = each <= Time / Limit ? Limit : (int)(Time / each);
        var share = (waiting + free - 1) / free;
        return Math.Clamp(Math.Min(inTime, share), 1, Limit);
    }

    /// <summary>The latest calls count the most.</summary>
    public static TimeSpan Average(TimeSpan? before, TimeSpan latest) => before is { } b ? (b * 3 + latest) / 4 : latest;
}
