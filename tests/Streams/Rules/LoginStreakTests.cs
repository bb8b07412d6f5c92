using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class LoginStreakTests
{
    static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(new[] { 0 }, 1)]
    [InlineData(new[] { 0, 0 }, 1)]
    [InlineData(new[] { 0, 1 }, 2)]
    [InlineData(new[] { 0, 1, 3 }, 1)]
    [InlineData(new[] { 0, 1, 3, 2 }, 4)]
    [InlineData(new[] { 3, 0 }, 1)]
    public void Days_in_a_row(int[] days, int streak) =>
        Assert.Equal($"{streak}", StateModel.FoldOf(LoginsOn(days))["state:user:u", LoginStreak.DaysField]);

    [Fact]
    public void S8_each_day_from_the_seventh_on_is_told_once()
    {
        var told = StateModel.FoldOf(LoginsOn([0, 1, 2, 3, 4, 5, 6, 6, 6, 7])).Events.Select(e => e.Fields.ToDictionary()).ToArray();
        Assert.Equal(["7", "8"], told.Select(f => f["streak_days"]));
        Assert.Equal(["2026-03-07", "2026-03-08"], told.Select(f => f["day"]));
        Assert.All(told, f => Assert.Equal(("streak_reached", "u", "events:auth"), (f["type"], f["user_id"], f["source_stream"])));
    }

    [Fact]
    public void A_streak_longer_than_what_is_remembered_of_its_days_goes_on()
    {
        var state = StateModel.FoldOf(LoginsOn([.. Enumerable.Range(0, 200)]));
        Assert.Equal("200", state["state:user:u", LoginStreak.DaysField]);
        Assert.Equal("200", state.Apply(Entries.Handled(LoginsOn([190]).Single(), state))["state:user:u", LoginStreak.DaysField]);
    }

    [Fact]
    public void A_streak_that_another_program_counted_goes_on()
    {
        var state = new StateModel().Apply(Changes.Of(
            new StateChange.Put(StateKey.User("u"), LoginStreak.DaysField, "9"),
            new StateChange.Put(StateKey.User("u"), LoginStreak.LastDayField, "2026-03-01")));
        Assert.Equal("10", state.Apply(Entries.Handled(LoginsOn([1]).Single(), state))["state:user:u", LoginStreak.DaysField]);
    }

    [Property]
    public Property In_whatever_order_logins_come_the_streak_is_that_of_their_days() =>
        Prop.ForAll(Gen.Choose(0, 40).ListOf().Where(d => d.Count > 0).ToArbitrary(), days =>
        {
            var state = StateModel.FoldOf(LoginsOn([.. days]));
            var last = days.Max();
            var run = Enumerable.Range(0, 41).TakeWhile(back => days.Contains(last - back)).Count();
            return state["state:user:u", LoginStreak.DaysField] == $"{run}";
        });

    static IEnumerable<StreamEntry> LoginsOn(int[] days) => days.Select((day, i) =>
        Entries.Of("auth", Entries.IdAt(Start.AddDays(day), i), ("type", "login"), ("user_id", "u")));
}
