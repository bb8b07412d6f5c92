using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Streams;
using LanguageExt;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class RouterDecisionTests
{
    static readonly Either<EntryRefusal, Changes> Unknown = new EntryRefusal.UnknownType("auth", "x");

    [Theory]
    [InlineData(UnknownTypePolicy.DeadLetter, typeof(Verdict.DeadLetter))]
    [InlineData(UnknownTypePolicy.Hold, typeof(Verdict.Hold))]
    [InlineData(UnknownTypePolicy.Acknowledge, typeof(Verdict.Apply))]
    public void N9_an_unknown_type_is_treated_as_the_stream_has_it(UnknownTypePolicy policy, Type verdict) =>
        Assert.IsType(verdict, RouterDecisions.Decide(Unknown, policy));

    [Fact]
    public void What_is_malformed_waits_as_a_dead_letter_whatever_the_policy() =>
        Assert.All(
            Enum.GetValues<UnknownTypePolicy>(),
            policy => Assert.Equal(
                new Verdict.DeadLetter("the entry has no user_id"),
                    RouterDecisions.Decide(new EntryRefusal.MissingField("user_id"), policy)));

    [Property]
    public bool N4_an_entry_is_tried_up_to_the_limit_and_never_beyond(byte deliveries, byte limit) =>
        RouterDecisions.AfterFailed(deliveries + 1, limit + 1) is AfterFailure.DeadLetter == deliveries >= limit;

    [Fact]
    public void Delays_grow_and_stay_within_their_limit()
    {
        var delays = Enumerable.Range(1, 20).Select(n => ((AfterFailure.RetryAfter)RouterDecisions.AfterFailed(n, 100)).Delay).ToArray();
        Assert.Equal(delays.Order(), delays);
        Assert.Equal((TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2)), (delays[0], delays[^1]));
    }

    [Theory]
    [InlineData("me", 0, 4, "Together 4")]
    [InlineData("hobom:dead", 0, 1, "Together 2")]
    [InlineData("hobom:dead", 0, 2, "Alone 2")]
    [InlineData("hobom:dead", 0, 4, "Alone 4")]
    [InlineData("hobom:dead", 0, 5, "DeadLetter 5")]
    [InlineData("stranger", 59, 1, "Leave")]
    [InlineData("stranger", 60, 1, "Together 2")]
    public void What_was_left_pending_is_taken_over(string consumer, int idleSeconds, long deliveries, string expected)
    {
        var item = new PendingItem(new EntryId(1, 0), consumer, TimeSpan.FromSeconds(idleSeconds), deliveries);
        var takeover = RouterDecisions.TakeOver(item, "me", name => name.StartsWith("hobom:", StringComparison.Ordinal), 5);
        Assert.Equal(expected, takeover switch
        {
            Takeover.Together(var count) => $"Together {count}",
            Takeover.Alone(var count) => $"Alone {count}",
            Takeover.DeadLetter(var count) => $"DeadLetter {count}",
            _ => "Leave",
        });
    }

    [Theory]
    [InlineData(1, false, false, 0, 0L)]
    [InlineData(4, false, false, 0, 3L)]
    [InlineData(0, false, false, 0, 0L)]
    [InlineData(1, false, false, 1, null)]
    [InlineData(3, true, false, 0, null)]
    [InlineData(5, false, true, 0, null)]
    public void What_was_not_tried_before_a_stop_in_order_is_counted_back(long deliveries, bool alone, bool doomed, int attempts, long? expected)
    {
        var attempt = new Attempt(1, DateTimeOffset.UnixEpoch, TimeSpan.Zero, FailureClass.Transient, "HANDLE", "x", MaybeWritten: false);
        var held = HeldEntry.Fresh(Entries.Of("auth", "5-1", ("type", "login")), 0) with
        {
            Deliveries = deliveries, Alone = alone, Doomed = doomed, Attempts = [.. Enumerable.Repeat(attempt, attempts)],
        };
        Assert.Equal(expected, RouterDecisions.HandBack(held));
    }
}
