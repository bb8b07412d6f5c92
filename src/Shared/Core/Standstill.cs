namespace Hobom.Slices.Core;

/// <summary>
/// Since when a flow has rows to publish and moves none, folded over its visits. A visit that only had trouble is no
/// standstill: it left rows behind for that trouble, or none that anybody knows of.
/// </summary>
/// <param name="Since">The end of the last visit that moved a row, or of the first that left some; null where none are left.</param>
/// <param name="Visits">In a row, that moved nothing.</param>
/// <param name="Stage">Of the last trouble: a <see cref="VisitStage"/>, or a step of the slice's own.</param>
public readonly record struct Standstill(DateTimeOffset? Since, int Visits, string? Stage)
{
    /// <summary>One visit can fail by chance; it takes this many in a row.</summary>
    public const int VisitLimit = 2;

    public static Standstill None => default;

    /// <param name="settled">Rows that left PENDING.</param>
    /// <param name="left">Rows that a later visit takes up.</param>
    /// <param name="stage">Of the trouble; null where there was none, and then what is left waits for no neighbour.</param>
    /// <param name="now">The visit's end.</param>
    public Standstill After(int settled, int left, string? stage, DateTimeOffset now)
    {
        if (stage is null) return None;
        if (settled > 0) return left > 0 ? new Standstill(now, 0, stage) : None;
        // Who could not ask the outbox knows of no rows but those that were left before.
        return left == 0 && Since is null ? None : new Standstill(Since ?? now, Visits + 1, stage);
    }

    /// <summary>Whether it has lasted longer than the limit.</summary>
    public bool IsOver(TimeSpan limit, DateTimeOffset now) => Visits >= VisitLimit && now - Since > limit;
}
