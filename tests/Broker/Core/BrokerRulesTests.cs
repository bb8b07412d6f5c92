using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Broker;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Core;

public sealed class BrokerRulesTests
{
    static readonly HandlingState[] States =
    [
        new HandlingState.Waiting(Noon), new HandlingState.Leased("p", Noon, 1), new HandlingState.Failed(Noon),
        new HandlingState.Done(Noon), new HandlingState.Dead(Noon), new HandlingState.Skipped(Noon),
    ];

    [Fact]
    public void The_contracts_waits_are_1_2_and_4_seconds_and_then_none()
    {
        Assert.Equal([1, 2, 4], Enumerable.Range(1, 3).Select(k => ConsumerRetry.Contract.DelayBefore(k, 0).TotalSeconds));
        var fourth = TryEnd.After(new TryFailure.Transient("no"), 4, ConsumerRetry.Contract, false, Noon, 0);
        Assert.Equal(new TryEnd.Dead("no"), fourth);
    }

    [Property]
    public bool Waits_never_pass_their_limit_nor_shrink_and_chance_takes_no_more_than_its_share(byte retry, byte factor, byte chance)
    {
        var policy = new ConsumerRetry(9, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), 1 + (factor / 64.0), 0.25);
        var (k, c) = ((retry % 50) + 1, chance / 255.0);
        var (now, next) = (policy.DelayBefore(k, 0), policy.DelayBefore(k + 1, 0));
        return now <= next && next <= policy.MaxDelay && policy.DelayBefore(k, c) <= now && policy.DelayBefore(k, c) >= now * 0.749;
    }

    [Fact]
    public void Retries_can_be_switched_off() =>
        Assert.IsType<TryEnd.Dead>(TryEnd.After(new TryFailure.Transient("no"), 1, ConsumerRetry.Contract with { MaxRetries = 0 }, false, Noon, 0));

    [Fact]
    public void What_befalls_the_consumer_costs_the_event_nothing()
    {
        foreach (TryFailure failure in new TryFailure[] { new TryFailure.ConsumerDown("down"), new TryFailure.Transient("no") })
            Assert.IsType<TryEnd.HandBack>(TryEnd.After(failure, 99, ConsumerRetry.Contract, consumerPaused: true, Noon, 0));
        Assert.IsType<TryEnd.HandBack>(TryEnd.After(new TryFailure.ConsumerGone("410"), 99, ConsumerRetry.Contract, false, Noon, 0));
        Assert.NotNull(Assert.IsType<TryEnd.HandBack>(TryEnd.After(new TryFailure.Stopping(), 99, ConsumerRetry.Contract, false, Noon, 0)).Reason);
    }

    [Fact]
    public void A_receiver_that_asks_for_time_gets_it()
    {
        var end = TryEnd.After(new TryFailure.Transient("429", TimeSpan.FromMinutes(5)), 1, ConsumerRetry.Contract, false, Noon, 0);
        Assert.Equal(new TryEnd.RetryAt(Noon.AddMinutes(5), "429"), end);
    }

    [Property]
    public bool A_status_follows_from_the_handlings_in_any_order(byte[] states)
    {
        var handlings = states.Select((s, i) => HandlingIn(States[s % States.Length], s % 3, i)).ToArray();
        var status = EventStatuses.Of(handlings);
        if (status != EventStatuses.Of([.. handlings.Reverse()])) return false;
        return status switch
        {
            EventStatus.Pending => handlings.All(h => h.Attempts == 0 && h.State is HandlingState.Waiting),
            EventStatus.Processing => handlings.Any(h => h.State.IsOpen),
            EventStatus.Completed => handlings.Length > 0 && handlings.All(h => h.State.LetsFollowersGo),
            EventStatus.Failed => handlings.Any(h => h.State is HandlingState.Dead) && !handlings.Any(h => h.State.IsOpen),
            _ => false,
        };
    }

    [Property]
    public bool Given_out_are_the_oldest_due_and_of_a_key_only_the_first_that_is_not_through(byte[] states, byte limit)
    {
        var handlings = states.Select((s, i) => HandlingIn(States[s % States.Length], 0, i) with { Key = (s % 4) switch { 0 => null, var k => $"k{k}" } }).ToArray();
        var picked = ClaimOrder.Pick(handlings.Reverse(), orderedByKey: true, expired: false, Noon, limit % 8);
        var wanted = handlings.Where(h => ClaimOrder.IsDue(h, Noon)
            && (h.Key is null || !handlings.Any(p => p.Key == h.Key && p.Position < h.Position && !p.State.LetsFollowersGo)));
        return picked.SequenceEqual(wanted.Take(limit % 8));
    }

    [Fact]
    public void A_consumer_is_down_after_three_events_that_say_so_or_ten_that_fail_and_one_success_makes_it_well()
    {
        var down = Enumerable.Range(0, 3).Aggregate(ConsumerHealth.Well, (h, _) => h.AfterFailure(Guid.NewGuid(), new TryFailure.ConsumerDown("x"), false));
        Assert.True(down.IsDown(new TryFailure.ConsumerDown("x")));
        Assert.False(down.IsDown(new TryFailure.Transient("x")));
        var one = Guid.NewGuid();
        var same = Enumerable.Range(0, 99).Aggregate(ConsumerHealth.Well, (h, _) => h.AfterFailure(one, new TryFailure.Transient("x"), false));
        Assert.False(same.IsDown(new TryFailure.Transient("x")));
        var many = Enumerable.Range(0, 10).Aggregate(ConsumerHealth.Well, (h, _) => h.AfterFailure(Guid.NewGuid(), new TryFailure.Transient("x"), false));
        Assert.True(many.IsDown(new TryFailure.Transient("x")));
    }

    [Fact]
    public void Probes_come_at_most_a_minute_apart_and_as_late_as_the_receiver_asks()
    {
        var failure = new TryFailure.ConsumerDown("x");
        var health = ConsumerHealth.Well;
        var waits = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            waits.Add(health.ProbeAfter(failure).TotalSeconds);
            health = health.AfterFailure(Guid.NewGuid(), failure, wasProbe: true);
        }

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60], waits);
        Assert.Equal(TimeSpan.FromMinutes(9), health.ProbeAfter(new TryFailure.ConsumerDown("x", TimeSpan.FromMinutes(9))));
    }

    static Handling HandlingIn(HandlingState state, int attempts, int position) =>
        new(Guid.NewGuid(), "c", state, state is HandlingState.Waiting ? attempts : attempts + 1, position, null, null, null);
}
