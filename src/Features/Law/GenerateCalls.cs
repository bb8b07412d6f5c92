using System.Globalization;

namespace Hobom.Slices.Law;

/// <summary>
/// How many generations from one input were begun since when, counting all that may have been paid for:
/// <c>1 2 1731000000000</c>, that is version, count and since (unix time, ms). A contract with other builds.
/// </summary>
public sealed record GenerateCalls(int Count, DateTimeOffset Since)
{
    /// <summary>Generations from one input in a <see cref="Window"/>; a person's replay may go beyond.</summary>
    public const int Limit = 3;

    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    public bool IsSpent => Count >= Limit;

    public GenerateCalls PlusOne => this with { Count = Count + 1 };

    public GenerateCalls MinusOne => this with { Count = Math.Max(0, Count - 1) };

    public static GenerateCalls NoneSince(DateTimeOffset now) => new(0, now);

    /// <summary>Always positive, and never longer than the window.</summary>
    public TimeSpan TimeLeft(DateTimeOffset now)
    {
        var left = Since + Window - now;
        return left > Window || left <= TimeSpan.Zero ? Window : left;
    }

    public string Format() => $"1 {Count} {Since.ToUnixTimeMilliseconds()}";

    /// <summary>Begins anew where the window is over or the text is none of this version.</summary>
    public static GenerateCalls Parse(string text, DateTimeOffset now) =>
        text.Split(' ') is ["1", var count, var since]
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var calls)
        && long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
        && ms <= now.ToUnixTimeMilliseconds()
        && ms > (now - Window).ToUnixTimeMilliseconds()
            ? new GenerateCalls(calls, DateTimeOffset.FromUnixTimeMilliseconds(ms))
            : NoneSince(now);
}
