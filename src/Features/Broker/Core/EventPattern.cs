using LanguageExt;

namespace Hobom.Slices.Broker;

public enum PatternFault
{
    /// <summary>The contract's text: <c>pattern cannot be empty</c>.</summary>
    Empty,

    /// <summary><c>**</c> where a setting keeps to the contract's patterns.</summary>
    ManySegmentsRefused,

    /// <summary>Longer than 1,023 characters.</summary>
    TooLong,
}

/// <summary>
/// Which event types a consumer wants. <c>*</c> alone is every type; else a segment <c>*</c> stands for exactly one
/// segment, an empty one too, and <c>**</c> (an addition) for any number of them, none included.
/// </summary>
public sealed record EventPattern
{
    const int LengthLimit = 1023;

    readonly string[] segments;

    EventPattern(string text) => (Text, segments) = (text, text.Split('.'));

    public string Text { get; }

    public static Either<PatternFault, EventPattern> Parse(string text, bool allowManySegments) =>
        text.Length == 0 ? PatternFault.Empty
        : text.Length > LengthLimit ? PatternFault.TooLong
        : !allowManySegments && text.Split('.').Contains("**") ? PatternFault.ManySegmentsRefused
        : new EventPattern(text);

    public bool Matches(string type) => Text == "*" || Text == type || MatchesFrom(0, type.Split('.'), 0);

    public bool Equals(EventPattern? other) => other?.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;

    /// <summary>
    /// As for globs: after a mismatch the last <c>**</c> takes one segment more. Never longer than both lengths multiplied.
    /// </summary>
    bool MatchesFrom(int p, string[] type, int t)
    {
        var (star, resume) = (-1, 0);
        while (t < type.Length)
        {
            if (p < segments.Length && segments[p] == "**")
            {
                (star, resume) = (p, t);
                p++;
            }
            else if (p < segments.Length && (segments[p] == "*" || segments[p] == type[t]))
            {
                (p, t) = (p + 1, t + 1);
            }
            else if (star >= 0)
            {
                resume++;
                (p, t) = (star + 1, resume);
            }
            else
            {
                return false;
            }
        }

        while (p < segments.Length && segments[p] == "**") p++;
        return p == segments.Length;
    }
}
