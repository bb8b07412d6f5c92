using Hobom.Slices.Broker.Processing;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Processing;

public sealed class ConsumerHistoryTests
{
    readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 31, 12, 0, 30, TimeSpan.Zero));

    [Fact]
    public void Tries_are_counted_in_their_minute_and_forgotten_after_an_hour_and_minutes_before_the_start_are_unknown()
    {
        var history = new ConsumerHistory(clock);
        Count(history, TryOutcome.Done, TryOutcome.Done, TryOutcome.Failed, TryOutcome.Exhausted, TryOutcome.Lost);
        clock.Advance(TimeSpan.FromMinutes(2));
        Count(history, TryOutcome.Done);
        var hour = Assert.Single(history.Of(["billing"])).Hour;
        Assert.Equal([null, 2, 0, 1], hour.TakeLast(4).Select(m => m?.Done));
        Assert.Equal([null, 2, 0, 0], hour.TakeLast(4).Select(m => m?.Failed));
        Assert.Equal(60, hour.Count);

        clock.Advance(TimeSpan.FromMinutes(58));
        Count(history, TryOutcome.Done);
        hour = Assert.Single(history.Of(["billing"])).Hour;
        Assert.Equal((2, 0), (hour.Sum(m => m!.Done), hour.Sum(m => m!.Failed)));
        Assert.Equal((1, 1), (hour[1]!.Done, hour[^1]!.Done));
    }

    [Fact]
    public void The_day_keeps_by_half_hours_what_the_hour_has_forgotten()
    {
        var history = new ConsumerHistory(clock);
        Count(history, TryOutcome.Done, TryOutcome.Done);
        clock.Advance(TimeSpan.FromHours(2));
        Count(history, TryOutcome.Failed);
        var past = Assert.Single(history.Of(["billing"]));
        Assert.Equal(0, past.Hour.Sum(m => m!.Done));
        Assert.Equal(48, past.Day.Count);
        Assert.Equal([null, new TryCount(2, 0), TryCount.None, TryCount.None, TryCount.None, new TryCount(0, 1)], past.Day.TakeLast(6));

        clock.Advance(TimeSpan.FromHours(22));
        Assert.Equal((0, 1), (history.Of(["billing"])[0].Day.Sum(m => m!.Done), history.Of(["billing"])[0].Day.Sum(m => m!.Failed)));
    }

    [Fact]
    public void One_that_made_no_try_has_an_hour_of_noughts()
    {
        var history = new ConsumerHistory(clock);
        clock.Advance(TimeSpan.FromHours(2));
        Assert.All(Assert.Single(history.Of(["idle"])).Hour, n => Assert.Equal(TryCount.None, n));
    }

    [Fact]
    public void Consumers_that_come_after_too_many_are_counted_once_those_before_them_are_a_day_old()
    {
        var history = new ConsumerHistory(clock);
        for (var n = 0; n < ConsumerHistory.ConsumerLimit; n++) history.Count(Try($"temporary-{n}", TryOutcome.Done));
        Count(history, TryOutcome.Done);
        Assert.Equal(0, DoneOf(history, "billing"));

        clock.Advance(TimeSpan.FromHours(23));
        history.Count(Try("temporary-7", TryOutcome.Done));
        clock.Advance(TimeSpan.FromHours(1));
        Count(history, TryOutcome.Done);
        Assert.Equal((1, 1, 0), (DoneOf(history, "billing"), DoneOf(history, "temporary-7"), DoneOf(history, "temporary-8")));
    }

    static long DoneOf(ConsumerHistory history, string consumer) => history.Of([consumer])[0].Day.Sum(m => m?.Done ?? 0);

    static TryMade Try(string consumer, TryOutcome outcome) => new(Event("e1"), consumer, outcome, TimeSpan.Zero);

    static void Count(ConsumerHistory history, params TryOutcome[] outcomes)
    {
        foreach (var outcome in outcomes) history.Count(Try("billing", outcome));
    }
}
