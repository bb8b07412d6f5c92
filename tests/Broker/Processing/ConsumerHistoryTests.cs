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
        var hour = Assert.Single(history.Of(["billing"]));
        Assert.Equal([null, 2, 0, 1], hour.Done.TakeLast(4));
        Assert.Equal([null, 2, 0, 0], hour.Failed.TakeLast(4));
        Assert.Equal(ConsumerHistory.Minutes, hour.Done.Count);

        clock.Advance(TimeSpan.FromMinutes(58));
        Count(history, TryOutcome.Done);
        hour = Assert.Single(history.Of(["billing"]));
        Assert.Equal((2, 0), (hour.Done.Sum(), hour.Failed.Sum()));
        Assert.Equal((1, 1), (hour.Done[1], hour.Done[^1]));
    }

    [Fact]
    public void One_that_made_no_try_has_an_hour_of_noughts()
    {
        var history = new ConsumerHistory(clock);
        clock.Advance(TimeSpan.FromHours(2));
        Assert.All(Assert.Single(history.Of(["idle"])).Done, n => Assert.Equal(0, n));
    }

    void Count(ConsumerHistory history, params TryOutcome[] outcomes)
    {
        foreach (var outcome in outcomes) history.Count(new TryMade(Event("e1"), "billing", outcome, TimeSpan.Zero));
    }
}
