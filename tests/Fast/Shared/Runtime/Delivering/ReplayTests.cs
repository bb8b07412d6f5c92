using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Tests.Fast.Simulation;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class ReplayTests
{
    [Fact]
    public void A_letter_is_published_its_row_marked_and_then_it_is_gone()
    {
        var world = WithLetter(1, out var letter);
        var delivered = Assert.IsType<ReplayOutcome.Delivered>(Replay(world, letter));
        Assert.NotNull(delivered.Position);
        Assert.Equal(letter.Payload.ToArray(), Assert.Single(world.Kafka.Topic).Delivery.Value.ToArray());
        Assert.Equal(RowStatus.Sent, world.Outbox.Rows[0].Status);
        Assert.Empty(world.Redis.Letters);
        Assert.Empty(world.Redis.Ledger);
    }

    [Property(MaxTest = 300)]
    public void A_crash_at_any_moment_leaves_a_letter_that_is_replayed_without_doubling(int seed, byte turns)
    {
        var world = WithLetter(seed, out var letter);
        world.Turns.RunAtMost(turns % 24, () => world.Relay.ReplayAsync(letter));
        world.Restart();
        world.CheckEvents();
        Assert.True(world.Redis.Letters.Count == 1 || world.Outbox.Rows[0].Status == RowStatus.Sent, "the letter went before the mark");

        // Begun and not to be found: nobody but the operator can say whether it went out.
        var again = world.Redis.Letters.Count == 1 ? Replay(world, letter) : null;
        if (again is ReplayOutcome.OutcomeUnknown) Replay(world, letter, Confirmation.SendAgain);
        Assert.Single(world.Kafka.Topic);
        Assert.Equal((RowStatus.Sent, 0), (world.Outbox.Rows[0].Status, world.Redis.Letters.Count));
    }

    [Property(MaxTest = 200)]
    public void A_poll_and_a_replay_of_one_event_never_both_publish(int seed, bool pollFirst)
    {
        var world = WithLetter(seed, out var letter);
        // A letter whose row could not be marked: the next visit takes the event up again.
        world.Outbox.Rows[0].Status = RowStatus.Pending;
        world.Turns.Later(() => { });
        var outcomes = world.Turns.Run(async () =>
        {
            var first = pollFirst ? world.Relay.VisitAsync(CancellationToken.None) : null;
            await world.Turns.CallAsync(() => true);
            var replay = world.Relay.ReplayAsync(letter);
            var visit = first ?? world.Relay.VisitAsync(CancellationToken.None);
            return (Visit: await visit, Replay: await replay);
        });
        Assert.Single(world.Kafka.Topic);
        Assert.Equal(outcomes.Replay is ReplayOutcome.Delivered ? 0 : 1, outcomes.Visit.Delivered);
        Assert.Equal((RowStatus.Sent, 0), (world.Outbox.Rows[0].Status, world.Redis.Letters.Count));
    }

    [Fact]
    public void Who_comes_second_is_told_who_has_the_event()
    {
        var world = WithLetter(3, out var letter);
        var since = world.Clock.GetUtcNow();
        var (first, second) = world.Turns.Run(async () =>
        {
            var first = world.Relay.ReplayAsync(letter);
            var second = await world.Relay.ReplayAsync(letter);
            return (await first, second);
        });
        Assert.IsType<ReplayOutcome.Delivered>(first);
        Assert.Equal(new InFlightMark("operator", since), Assert.IsType<ReplayOutcome.Busy>(second).Holder);
        Assert.Single(world.Kafka.Topic);
    }

    [Fact]
    public void A_visit_leaves_an_event_to_the_replay_that_has_it()
    {
        var world = WithLetter(3, out var letter);
        world.Outbox.Rows[0].Status = RowStatus.Pending;
        Task<ReplayOutcome>? replay = null;
        world.Turns.RunAtMost(2, () => replay = world.Relay.ReplayAsync(letter));
        var visit = world.Relay.Runner.BeginVisit(CancellationToken.None);
        Assert.Empty(world.Turns.Run(() => visit.AdmitAsync([world.Outbox.Rows[0].Item])));
        Assert.IsType<ReplayOutcome.Delivered>(world.Turns.Run(() => replay!));
        Assert.False(world.Relay.Runner.Holds.TryTakeForVisit(letter.EventId!.Value));
        world.Turns.Run(async () =>
        {
            await visit.DisposeAsync();
            return true;
        });
        Assert.True(world.Relay.Runner.Holds.TryTakeForVisit(letter.EventId!.Value));
    }

    [Fact]
    public void What_was_published_and_not_closed_is_closed_by_the_next_replay()
    {
        var world = WithLetter(4, out var letter);
        world.Weather.MarksDown = true;
        Assert.IsType<ReplayOutcome.NotClosed>(Replay(world, letter));
        Assert.Single(world.Redis.Letters);
        world.Weather.Clear();
        Assert.Null(Assert.IsType<ReplayOutcome.Delivered>(Replay(world, letter, Confirmation.SendAgain)).Position);
        Assert.Equal((1, 0), (world.Kafka.Topic.Count, world.Redis.Letters.Count));
    }

    [Fact]
    public void A_backend_that_failed_a_paused_pollers_last_visit_is_asked_again_by_a_replay()
    {
        var world = WithLetter(5, out var letter);
        world.AddRows(60);
        world.Weather.MarksDown = true;
        world.Visit();
        world.Weather.Clear();
        Assert.IsType<ReplayOutcome.Delivered>(Replay(world, letter));
    }

    [Fact]
    public void A_publish_that_fails_keeps_the_letter_and_forgets_the_attempt()
    {
        var world = WithLetter(6, out var letter);
        world.Weather.NextPublishes.Enqueue(PublishFate.Permanent);
        Assert.IsType<PublishFailure.Permanent>(Assert.IsType<ReplayOutcome.NotPublished>(Replay(world, letter)).Failure);
        Assert.Equal((1, 0), (world.Redis.Letters.Count, world.Redis.Ledger.Count));
    }

    [Property(MaxTest = 20)]
    public void A_letter_that_may_be_written_is_looked_up_first_and_sent_again_only_when_confirmed(int seed, bool written)
    {
        var world = new World(seed);
        world.AddRows(1);
        for (var i = 0; i < 2; i++) world.Weather.NextPublishes.Enqueue(PublishFate.UnknownNotWritten);
        world.Weather.NextPublishes.Enqueue(written ? PublishFate.UnknownWritten : PublishFate.UnknownNotWritten);
        for (var i = 0; i < 3; i++) world.Visit();
        var letter = Assert.Single(world.Redis.Letters.Values);

        var outcome = Replay(world, letter);
        if (!written)
        {
            Assert.IsType<ReplayOutcome.OutcomeUnknown>(outcome);
            outcome = Replay(world, letter, Confirmation.SendAgain);
            Assert.True(world.Kafka.Topic[0].PossibleDuplicate);
        }

        Assert.IsType<ReplayOutcome.Delivered>(outcome);
        Assert.Single(world.Kafka.Topic);
    }

    [Property(MaxTest = 100)]
    public void What_a_person_says_was_delivered_is_closed_and_never_sent_again_whatever_dies(int seed, byte turns)
    {
        var world = new World(seed);
        world.AddRows(1);
        for (var i = 0; i < 2; i++) world.Weather.NextPublishes.Enqueue(PublishFate.UnknownNotWritten);
        world.Weather.NextPublishes.Enqueue(PublishFate.UnknownWritten);
        for (var i = 0; i < 3; i++) world.Visit();
        var letter = Assert.Single(world.Redis.Letters.Values);
        var calls = world.Kafka.PublishCalls;
        // It is there, and cannot be asked for.
        world.Weather.BrokerDown = true;
        Assert.IsType<ReplayOutcome.OutcomeUnknown>(Replay(world, letter));

        world.Turns.RunAtMost(turns % 16, () => world.Relay.ReplayAsync(letter, Confirmation.Delivered));
        world.Restart();
        if (world.Redis.Letters.Count == 1 && Replay(world, letter) is ReplayOutcome.OutcomeUnknown)
            Assert.IsType<ReplayOutcome.Delivered>(Replay(world, letter, Confirmation.Delivered));
        Assert.Equal((RowStatus.Sent, 0, calls), (world.Outbox.Rows[0].Status, world.Redis.Letters.Count, world.Kafka.PublishCalls));
    }

    [Fact]
    public void Only_what_may_have_been_delivered_can_be_said_to_be()
    {
        var world = WithLetter(7, out var letter);
        Assert.IsType<ReplayOutcome.NotInDoubt>(Replay(world, letter, Confirmation.Delivered));
        Assert.Equal((RowStatus.Failed, 1, 0), (world.Outbox.Rows[0].Status, world.Redis.Letters.Count, world.Redis.Ledger.Count));
    }

    [Fact]
    public void A_letter_that_was_read_before_another_replay_closed_it_is_not_published_again()
    {
        var world = WithLetter(9, out var letter);
        Assert.IsType<ReplayOutcome.Delivered>(Replay(world, letter));
        Assert.IsType<ReplayOutcome.LetterGone>(Replay(world, letter));
        Assert.Single(world.Kafka.Topic);
    }

    [Fact]
    public void While_Redis_is_away_no_replay_begins()
    {
        var world = WithLetter(8, out var letter);
        world.Weather.RedisDown = true;
        Assert.IsType<ReplayOutcome.NotBegun>(Replay(world, letter));
        Assert.Empty(world.Kafka.Topic);
    }

    [Fact]
    public void What_was_published_is_known_for_as_long_as_its_letter_is_kept()
    {
        var world = WithLetter(5, out var letter);
        world.Weather.MarksDown = true;
        Assert.IsType<ReplayOutcome.NotClosed>(Replay(world, letter));
        world.Weather.Clear();
        world.Clock.Advance((DeadLetter.TimeToLive * 2) + TimeSpan.FromSeconds(1));
        world.Visit();
        Assert.IsType<ReplayOutcome.Delivered>(Replay(world, letter));
        Assert.Single(world.Kafka.Topic);
        world.Visit();
        Assert.Empty(world.Redis.Ledger);
    }

    static ReplayOutcome Replay(World world, DeadLetter letter, Confirmation confirmation = Confirmation.None)
    {
        var outcome = world.Turns.Run(() => world.Relay.ReplayAsync(letter, confirmation));
        world.CheckEvents();
        return outcome;
    }

    static World WithLetter(int seed, out DeadLetter letter)
    {
        var world = new World(seed);
        world.AddRows(1);
        world.Weather.NextPublishes.Enqueue(PublishFate.Permanent);
        world.Visit();
        letter = Assert.Single(world.Redis.Letters.Values);
        return world;
    }
}
