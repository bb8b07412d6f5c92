using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// What became of the rows of one visit. Found = Delivered + MarkedLate + DeadLettered + LeftPending, always.
/// </summary>
/// <param name="Delivered">Published and marked SENT in this visit.</param>
/// <param name="MarkedLate">Published by an earlier visit, marked by this one.</param>
/// <param name="DeadLettered">A letter stored and the row marked FAILED.</param>
/// <param name="LeftPending">A later visit takes them up.</param>
/// <param name="Problem">The neighbour that was down, with its words, or null.</param>
/// <param name="OldestPending">When the oldest row that was found had been written, where known.</param>
public sealed record VisitReport(
    int Found,
    int Delivered,
    int MarkedLate,
    int DeadLettered,
    int LeftPending,
    string? Problem,
    DateTimeOffset? OldestPending)
{
    /// <summary>Where the problem was: a <see cref="VisitStage"/>, or a step of the slice's own; null where there was none.</summary>
    public string? Stage { get; init; }

    /// <summary>The outbox has more rows than it gave.</summary>
    public bool IsMore { get; init; }

    /// <summary>Rows that left PENDING.</summary>
    public int Settled => Delivered + MarkedLate + DeadLettered;

    public static VisitReport Failed(CallFailure failure) =>
        new(0, 0, 0, 0, 0, ProblemOf(failure), null) { Stage = VisitStage.Outbox };

    /// <summary>An outbox's failure in a report's words.</summary>
    public static string ProblemOf(CallFailure failure) => $"outbox: {failure}{HintOf(failure)}";

    public VisitResult ForCadence() => new(Found, Found - LeftPending, Problem is not null) { IsMore = IsMore };

    /// <summary>The main backend answers UNKNOWN to a wrong key as to everything else, so that somebody has to say it.</summary>
    static string HintOf(CallFailure failure) =>
        failure.Kind is CallFailureKind.Unknown or CallFailureKind.Unauthenticated or CallFailureKind.PermissionDenied
            ? " (the API key may be wrong)"
            : "";
}

/// <summary>Counts a visit's outcomes; safe from any thread.</summary>
sealed class VisitCounters(RowCounter rows)
{
    int delivered;
    int markedLate;
    int deadLettered;
    int leftPending;
    Tuple<string, string>? problem;

    public void Delivered() => Count(ref delivered, RowEnd.Published);

    public void MarkedLate() => Count(ref markedLate, RowEnd.Published);

    public void DeadLettered() => Count(ref deadLettered, RowEnd.Dead);

    public void Refused() => Count(ref deadLettered, RowEnd.Refused);

    public void LeftPending(int count = 1) => Count(ref leftPending, RowEnd.LeftPending, count);

    /// <summary>The first problem of a visit is the one that is told.</summary>
    public void Problem(string stage, string words) => Interlocked.CompareExchange(ref problem, Tuple.Create(stage, words), null);

    public VisitReport Report(int found, DateTimeOffset? oldest) =>
        new(found, delivered, markedLate, deadLettered, leftPending, problem?.Item2, oldest) { Stage = problem?.Item1 };

    void Count(ref int of, RowEnd end, int count = 1)
    {
        Interlocked.Add(ref of, count);
        rows.Ended(end, count);
    }
}
