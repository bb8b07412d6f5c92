using LanguageExt;

namespace Hobom.Slices.Streams;

/// <summary><c>auth</c> <c>login</c>: the last login, their number, and the days in a row.</summary>
public static class LoginHandler
{
    public const string CountField = "login_count";
    public const string LastField = "last_login";

    static readonly string[] StreakFields = [LoginStreak.DaysField, LoginStreak.LastDayField, LoginStreak.RecentField];

    public static EntryHandler Handler { get; } = new(
        "auth", "login", Fields.UserOf,
        entry => Fields.User(entry).Match(
            Right: user => [.. StreakFields.Select(f => new StateRead(StateKey.User(user), f))], Left: _ => (IReadOnlyList<StateRead>)[]),
        (dated, state) => Fields.User(dated.Entry).Map(user => Decide(dated, user, state)));

    static Changes Decide(DatedEntry dated, string user, StateView state)
    {
        var key = StateKey.User(user);
        string? Was(string field) => state[key, field];
        var before = LoginStreak.Parse(Was(LoginStreak.DaysField), Was(LoginStreak.LastDayField), Was(LoginStreak.RecentField));
        var after = before?.With(dated.Day) ?? LoginStreak.First(dated.Day);
        List<StateChange> changes =
        [
            new StateChange.Raise(key, LastField, dated.TimeText),
            new StateChange.Add(key, CountField, 1),
        ];
        if (after == before) return Changes.Of(changes);
        changes.AddRange(
        [
            new StateChange.Put(key, LoginStreak.DaysField, after.DaysText),
            new StateChange.Put(key, LoginStreak.LastDayField, after.LastDayText),
            new StateChange.Put(key, LoginStreak.RecentField, after.RecentText),
        ]);
        return new Changes(
            changes,
            IsReached(before, after) ? [StreakReached(dated, user, after)] : [],
            [.. StreakFields.Select(f => new Expectation(key, f, Was(f)))]);
    }

    /// <summary>Once for each day that is reached: a second login of the day, or one again, reaches nothing new.</summary>
    static bool IsReached(LoginStreak? before, LoginStreak after) =>
        after.Days >= LoginStreak.ToldFrom && (before is null || after.LastDay > before.LastDay || after.Days > before.Days);

    static Emission StreakReached(DatedEntry dated, string user, LoginStreak streak) => new(StreamLayout.StreakStream,
    [
        new(StreamEntry.TypeField, "streak_reached"),
        new(Fields.UserId, user),
        new(LoginStreak.DaysField, streak.DaysText),
        new("day", streak.LastDayText),
        new("source_stream", dated.Entry.Stream),
        new("source_id", dated.Entry.Id.ToString()),
    ]);
}
