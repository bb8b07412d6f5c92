namespace Hobom.Slices.Runtime.Telemetry;

/// <summary>How the visit of one row ended, as it is counted.</summary>
public enum RowEnd
{
    /// <summary>In Kafka (or where else it belongs) and SENT, by this visit or published by an earlier one.</summary>
    Published,

    /// <summary>Given up: a letter stored, the row FAILED.</summary>
    Dead,

    /// <summary>No record could be made of it: a letter stored, the row FAILED.</summary>
    Refused,

    /// <summary>A later visit takes it up.</summary>
    LeftPending,
}

/// <summary>
/// What became of all rows that a flow's visits found since the process began: one consistent look. A row that is found by two
/// visits counts twice. Polled = Published + Dead + Refused + LeftPending, at any moment.
/// </summary>
/// <param name="InHand">Of those left pending: what a visit is still at.</param>
/// <param name="OldestPending">When the oldest row of the last visit had been written, while any of that visit are pending.</param>
public readonly record struct RowCounts(
    long Polled, long Published, long Dead, long Refused, long LeftPending, long InHand, DateTimeOffset? OldestPending);

/// <summary>Counts the rows of one flow. Safe from any thread, and cheap: a lock that hardly anybody waits for.</summary>
public sealed class RowCounter
{
    readonly Lock gate = new();
    long polled;
    long published;
    long dead;
    long refused;
    long left;
    long leftByVisit;
    DateTimeOffset? oldest;

    /// <summary>The rows of a visit, or more of them; one visit at a time.</summary>
    /// <param name="oldestRow">Of all that the visit found so far.</param>
    /// <param name="isFirst">The visit begins with these.</param>
    public void Found(int rows, DateTimeOffset? oldestRow, bool isFirst = true)
    {
        lock (gate)
        {
            polled += rows;
            if (isFirst) leftByVisit = 0;
            oldest = oldestRow;
        }
    }

    public void Ended(RowEnd end, int rows = 1)
    {
        lock (gate)
        {
            switch (end)
            {
                case RowEnd.Published:
                    published += rows;
                    break;
                case RowEnd.Dead:
                    dead += rows;
                    break;
                case RowEnd.Refused:
                    refused += rows;
                    break;
                case RowEnd.LeftPending:
                    left += rows;
                    leftByVisit += rows;
                    break;
            }
        }
    }

    /// <summary>The visit is over. What it has not told of (it broke off) is left pending.</summary>
    public void EndVisit()
    {
        lock (gate)
        {
            var rest = polled - published - dead - refused - left;
            left += rest;
            leftByVisit += rest;
        }
    }

    public RowCounts Look()
    {
        lock (gate)
        {
            var inHand = polled - published - dead - refused - left;
            return new RowCounts(
                polled, published, dead, refused, left + inHand, inHand, inHand + leftByVisit > 0 ? oldest : null);
        }
    }
}
