namespace Hobom.Slices.Broker;

/// <summary>
/// How many quick handlings share a transaction. A commit costs more than many a handler, and locks are held until it: so
/// no more than take <see cref="Time"/> together, and those that take less than <see cref="Commit"/> are not split up.
/// </summary>
public static class GroupSize
{
    public const int Limit = 100;

    /// <summary>A group that has taken so long is committed.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMilliseconds(20);

    /// <summary>What one more commit costs beside the calls, or so.</summary>
    public static readonly TimeSpan Commit = TimeSpan.FromMilliseconds(4);

    /// <param name="average">Of the consumer's latest calls; null where none was made.</param>
    /// <param name="waiting">Handlings that wait for their turn, this one too.</param>
    /// <param name="free">How many may be under way beside one another still, this one too.</param>
    public static int Of(TimeSpan? average, int waiting, int free)
    {
        if (average is not { } each) return 1;
        var share = (waiting + free - 1) / free;
        var size = Math.Min(CallsIn(Time, each), Math.Max(share, CallsIn(Commit, each)));
        return Math.Clamp(Math.Min(size, waiting), 1, Limit);
    }

    static int CallsIn(TimeSpan time, TimeSpan each) => each <= time / Limit ? Limit : (int)(time / each);

    /// <summary>
    /// The latest calls count the most, slow ones less: what was slow may have been the machine, and a group that takes too
    /// long ends by its time.
    /// </summary>
    public static TimeSpan Average(TimeSpan? before, TimeSpan latest)
    {
        if (before is not { } known) return latest;
        return latest < known ? (known + latest) / 2 : (known * 15 + latest) / 16;
    }
}
