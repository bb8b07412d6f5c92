namespace Hobom.Slices.Core;

/// <summary>
/// Keeps an outage from becoming dead letters: letters expire, outages do not know it. After <see cref="LetterLimit"/>
/// events in a row have failed for what would befall any other too, it is open: all stay PENDING, and one at a time is
/// sent ahead to ask whether it is over. Where an outage befalls only some records (one partition of several, say), the
/// others go on closing the circuit; those that fail make no more letters than the limit either, until there has been quiet.
/// </summary>
/// <param name="FailedInARow">Events that failed since the last that was delivered.</param>
/// <param name="Letters">That the outage has made.</param>
/// <param name="LastFailure">On a clock that never jumps; of the last failure that was an outage's.</param>
public readonly record struct Circuit(int FailedInARow, int Letters, TimeSpan LastFailure)
{
    /// <summary>Letters that one outage may make.</summary>
    public const int LetterLimit = 5;

    /// <summary>So long without a failure, an outage is over for good, and the next may make letters of its own.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(5);

    /// <summary>As at the start.</summary>
    public static Circuit Closed => default;

    public bool IsOpen => FailedInARow >= LetterLimit;

    /// <summary>Kafka has taken a record.</summary>
    public Circuit AfterDelivered(TimeSpan now) =>
        this with { FailedInARow = 0, Letters = now - LastFailure >= Quiet ? 0 : Letters };

    /// <summary>
    /// A record is to be left, or given up, after this failure. A record's own fault says nothing of the others: its
    /// letter is made even while the circuit is open.
    /// </summary>
    /// <param name="events">That the record carries: each would be a letter.</param>
    /// <param name="gaveUp">They would become letters.</param>
    public (Circuit Next, bool MayBeLetters) AfterFailed(FaultScope scope, int events, bool gaveUp, TimeSpan now)
    {
        if (!scope.SaysOfOthers()) return (this, gaveUp);
        var failed = this with { FailedInARow = Math.Min(LetterLimit, FailedInARow + events) };
        // A record that fails by itself, again and again, with an error that does not say so, must end as a letter
        // where the others are delivered.
        if (!scope.IsOutage()) return (failed, gaveUp && !IsOpen);
        var before = now - LastFailure >= Quiet && !IsOpen ? 0 : Letters;
        var mayBeLetters = gaveUp && !IsOpen && before + events <= LetterLimit;
        return (failed with { Letters = before + (mayBeLetters ? events : 0), LastFailure = now }, mayBeLetters);
    }
}
