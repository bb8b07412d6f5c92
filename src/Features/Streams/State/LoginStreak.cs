using System.Globalization;
using System.Numerics;

namespace Hobom.Slices.Streams;

/// <summary>
/// Days in a row with a login. The days themselves are kept, 64 of them, so that a login that comes late (a dead letter
/// that is replayed) fills its gap, and the order in which logins come makes no difference.
/// </summary>
/// <param name="LastDay">The youngest day with a login.</param>
/// <param name="Recent">Bit n: a login n days before <paramref name="LastDay"/>.</param>
/// <param name="Days">In a row, up to and including <paramref name="LastDay"/>; beyond 64 it is counted on.</param>
public sealed record LoginStreak(DateOnly LastDay, ulong Recent, long Days)
{
    public const string DaysField = "streak_days";
    public const string LastDayField = "streak_last_day";
    public const string RecentField = "streak_recent";

    /// <summary>From this many days on, each day that is reached is told.</summary>
    public const int ToldFrom = 7;

    const int Window = 64;
    const string DayFormat = "yyyy-MM-dd";

    public static LoginStreak First(DateOnly day) => new(day, 1, 1);

    public LoginStreak With(DateOnly day)
    {
        var ahead = day.DayNumber - LastDay.DayNumber;
        if (ahead > 0)
        {
            var recent = (ahead >= Window ? 0 : Recent << ahead) | 1;
            return new LoginStreak(day, recent, RunOf(recent, ahead == 1 ? Days + 1 : 1));
        }

        if (ahead <= -Window) return this;
        var filled = Recent | (1UL << -ahead);
        return new LoginStreak(LastDay, filled, RunOf(filled, Days));
    }

    /// <returns>Null where the fields hold no streak: none was begun, or somebody else wrote them.</returns>
    public static LoginStreak? Parse(string? days, string? lastDay, string? recent) =>
        long.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
        && DateOnly.TryParseExact(lastDay, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new LoginStreak(day, RecentOf(recent, count), count)
            : null;

    public string LastDayText => LastDay.ToString(DayFormat, CultureInfo.InvariantCulture);

    public string RecentText => Recent.ToString("x16", CultureInfo.InvariantCulture);

    public string DaysText => Days.ToString(CultureInfo.InvariantCulture);

    /// <summary>The window tells the run where it has a gap in it; beyond it, what was counted is all that is known.</summary>
    static long RunOf(ulong recent, long counted)
    {
        var run = BitOperations.TrailingZeroCount(~recent);
        return run < Window ? run : Math.Max(counted, Window);
    }

    /// <summary>A streak that another program counted has no days of its own: its count tells them.</summary>
    static ulong RecentOf(string? text, long days) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var recent) && (recent & 1) == 1
            ? recent
            : days >= Window ? ulong.MaxValue : (1UL << (int)days) - 1;
}
