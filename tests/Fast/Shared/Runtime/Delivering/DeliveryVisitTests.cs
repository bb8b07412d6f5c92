using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Tests.Fast.Simulation;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class DeliveryVisitTests
{
    [Property(MaxTest = 30)]
    public void A_mark_outage_of_any_length_adds_no_record_through_restarts_too(int seed, byte visits, bool[] restarts)
    {
        var world = new World(seed);
        world.AddRows(60);
        world.Weather.MarksDown = true;
        for (var i = 0; i <= visits % 8; i++)
        {
            Assert.NotNull(world.Visit().Problem);
            if (restarts.ElementAtOrDefault(i)) world.Restart();
        }

        Assert.Equal(60, world.Kafka.PublishCalls);
        world.Weather.Clear();
        Assert.Equal(60, world.Visit().MarkedLate);
        Assert.Equal((60, 60), (world.Kafka.PublishCalls, world.Outbox.Of(RowStatus.Sent).Count()));
        Assert.Empty(world.Redis.Ledger);
    }

    [Fact]
    public void A_backend_that_fails_every_mark_is_soon_left_alone()
    {
        var world = new World(1, DeliveryLimits.Default with { EventsInFlight = 64, MarksAtOnce = 4 });
        world.AddRows(600);
        world.Weather.MarksDown = true;
        world.Visit();
        Assert.InRange(world.Outbox.MarkCalls, 32, 40);
        // The first chunk; the second is not begun.
        Assert.Equal(256, world.Kafka.PublishCalls);
    }

    [Property(MaxTest = 20)]
    public void While_Redis_is_away_nothing_is_published(int seed, bool loadedBefore)
    {
        var world = new World(seed);
        if (loadedBefore) world.Visit();
        world.AddRows(10);
        world.Weather.RedisDown = true;
        var report = world.Visit();
        Assert.StartsWith("Redis: ", report.Problem, StringComparison.Ordinal);
        Assert.Equal((10, 10, 0), (report.Found, report.LeftPending, world.Kafka.PublishCalls));
        world.Weather.Clear();
        Assert.Equal(10, world.Visit().Delivered);
    }

    [Property(MaxTest = 20)]
    public void An_outage_of_the_broker_makes_no_more_letters_than_the_limit_and_is_asked_about_once_a_visit(int seed, byte visits)
    {
        var world = new World(seed);
        world.AddRows(40);
        world.Weather.BrokerDown = true;
        world.Visit();
        var published = world.Kafka.PublishCalls;
        for (var i = 0; i < visits % 6; i++) Assert.Equal(40 - Circuit.LetterLimit, world.Visit().LeftPending);

        Assert.Equal(Circuit.LetterLimit, world.Redis.Letters.Count);
        Assert.Equal(visits % 6, world.Kafka.PublishCalls - published);
        world.Weather.Clear();
        Assert.Equal(40 - Circuit.LetterLimit, world.Visit().Delivered);
    }

    [Property(MaxTest = 20)]
    public void A_topic_that_refuses_everything_makes_no_more_letters_than_the_limit_and_flows_on_by_itself(int seed, byte visits)
    {
        var world = new World(seed);
        world.AddRows(300);
        world.Weather.TopicDown = true;
        for (var i = 0; i <= visits % 6; i++) Assert.Contains("no such topic", world.Visit().Problem, StringComparison.Ordinal);

        Assert.Equal(Circuit.LetterLimit, world.Redis.Letters.Count);
        Assert.Equal(300 - Circuit.LetterLimit, world.Outbox.Of(RowStatus.Pending).Count());
        var state = world.Relay.Runner.Parts.Circuit.State;
        Assert.Equal(("samples", "NO_TOPIC", Circuit.LetterLimit), (state.Topic, state.Last?.Code, state.Letters));
        Assert.NotNull(state.OpenSince);
        // One cause, so that they are found and sent again as one group.
        Assert.Single(world.Redis.Letters.Values.Select(l => (l.Class, l.Reason)).Distinct());
        world.Weather.Clear();
        Assert.Equal(300 - Circuit.LetterLimit, world.Visit().Delivered);
        Assert.Null(world.Relay.Runner.Parts.Circuit.State.OpenSince);
    }

    [Property(MaxTest = 20)]
    public void Records_of_many_events_make_no_more_letters_than_the_limit_either(int seed, byte visits)
    {
        var world = new World(seed, eventsPerRecord: 40);
        world.AddRows(300);
        world.Weather.TopicDown = true;
        for (var i = 0; i <= visits % 6; i++) world.Visit();
        Assert.Empty(world.Redis.Letters);
        Assert.True(world.Relay.Runner.BrokerAway);
        world.Weather.Clear();
        Assert.Equal(300, world.Visit().Delivered);
    }

    [Fact]
    public void Letters_of_one_outage_tell_one_cause_however_the_client_names_it()
    {
        var world = new World(3);
        world.AddRows(4);
        foreach (var fate in (PublishFate[])[PublishFate.TopicRefuses, PublishFate.Unreachable, PublishFate.Unreachable, PublishFate.Unreachable])
            world.Weather.NextPublishes.Enqueue(fate);
        world.Weather.BrokerDown = true;
        world.Visit();
        Assert.Equal(4, world.Redis.Letters.Count);
        Assert.Single(world.Redis.Letters.Values.Select(l => (l.Class, l.Reason)).Distinct());
    }

    [Property(MaxTest = 20)]
    public void An_outage_of_some_records_alone_holds_up_no_other_and_makes_no_more_letters_than_the_limit(int seed)
    {
        var world = new World(seed);
        world.Kafka.FateOf = d => d.Events[0].Id.Value.EndsWith('7') ? PublishFate.Unreachable : null;
        for (var i = 0; i < 6; i++)
        {
            world.AddRows(100);
            world.Visit();
            world.Clock.Advance(TimeSpan.FromSeconds(30));
        }

        world.Visit();
        Assert.InRange(world.Redis.Letters.Count, 1, Circuit.LetterLimit);
        Assert.Equal(540, world.Outbox.Of(RowStatus.Sent).Count());
        world.Kafka.FateOf = _ => null;
        for (var i = 0; i < 3; i++) world.Visit();
        Assert.Empty(world.Outbox.Of(RowStatus.Pending));
    }

    [Fact]
    public void A_record_that_alone_fails_with_an_unclear_error_does_not_stand_for_the_topic_for_ever()
    {
        var world = new World(5);
        world.Kafka.FateOf = d => d.Events[0].Id.Value.StartsWith("poison", StringComparison.Ordinal) ? PublishFate.Transient : null;
        world.AddRows(20, i => $"poison{i}");
        for (var i = 0; i < 10; i++)
        {
            world.AddRows(5);
            world.Visit();
        }

        Assert.InRange(world.Outbox.Of(RowStatus.Sent).Count(), 45, 50);
        Assert.Equal(20, world.Redis.Letters.Count);
    }

    [Property(MaxTest = 20)]
    public void A_record_that_is_too_large_in_company_is_divided_and_only_what_is_too_large_by_itself_becomes_a_letter(int seed)
    {
        var world = new World(seed, eventsPerRecord: 16);
        world.Kafka.FateOf = d => d.Events.Count > 3 || d.Events.Any(e => e.Id.Value is "e5") ? PublishFate.TooLarge : null;
        world.AddRows(64);
        var report = world.Visit();
        Assert.Equal((63, 1, null), (report.Delivered, report.DeadLettered, report.Problem));
        Assert.Equal("e5", Assert.Single(world.Redis.Letters.Values).EventId?.Value);
        Assert.All(world.Outbox.Rows.Where(r => r.RowId != "r5"), r => Assert.Equal(1, world.Kafka.RecordsOf(r.EventId!.Value)));
    }

    [Fact]
    public void A_record_that_is_too_large_neither_asks_for_the_topic_nor_hides_that_it_is_back()
    {
        var world = new World(1);
        world.AddRows(20);
        world.Weather.TopicDown = true;
        world.Visit();
        world.Weather.Clear();
        world.Weather.NextPublishes.Enqueue(PublishFate.TooLarge);
        var report = world.Visit();
        Assert.Equal((14, 1, 0), (report.Delivered, report.DeadLettered, report.LeftPending));
    }

    [Fact]
    public void What_the_topic_is_found_to_hold_is_marked_and_not_published()
    {
        var world = OneRow(PublishFate.UnknownWritten);
        Assert.Equal(1, world.Visit().LeftPending);
        Assert.Equal(1, world.Visit().MarkedLate);
        Assert.Equal((1, 1), (world.Kafka.PublishCalls, world.Kafka.LookUps));
    }

    [Fact]
    public void What_the_topic_is_found_not_to_hold_goes_out_again_and_says_so()
    {
        var world = OneRow(PublishFate.UnknownNotWritten);
        world.Visit();
        Assert.Equal(1, world.Visit().Delivered);
        Assert.True(Assert.Single(world.Kafka.Topic).PossibleDuplicate);
    }

    [Fact]
    public void What_nobody_can_look_up_waits()
    {
        var world = OneRow(PublishFate.UnknownNotWritten);
        world.Visit();
        world.Weather.BrokerDown = true;
        var report = world.Visit();
        Assert.Equal((1, 1), (report.LeftPending, world.Kafka.PublishCalls));
        Assert.StartsWith("Kafka: ", report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_publish_does_not_claim_to_be_a_duplicate()
    {
        var world = OneRow();
        world.Visit();
        Assert.False(Assert.Single(world.Kafka.Topic).PossibleDuplicate);
    }

    [Fact]
    public void Three_transient_failures_make_a_letter_that_tells_of_all_three()
    {
        var world = OneRow(PublishFate.Transient, PublishFate.Transient, PublishFate.Transient);
        var report = world.Visit();
        Assert.Equal((1, null), (report.DeadLettered, report.Problem));
        var letter = Assert.Single(world.Redis.Letters.Values);
        Assert.Equal([1, 2, 3], letter.Attempts.Select(a => a.Number));
        Assert.All(letter.Attempts, a => Assert.False(a.MaybeWritten));
        Assert.Equal(("publish", FailureClass.Transient, "not now"), (letter.Stage, letter.Class, letter.Reason));
    }

    [Fact]
    public void A_permanent_failure_makes_a_letter_after_one_attempt()
    {
        var world = OneRow(PublishFate.Permanent);
        Assert.Equal(1, world.Visit().DeadLettered);
        Assert.Equal((1, FailureClass.Permanent), (world.Kafka.PublishCalls, Assert.Single(world.Redis.Letters.Values).Class));
    }

    [Fact]
    public void A_producer_that_is_being_replaced_makes_no_letter()
    {
        var world = OneRow(PublishFate.Stopping);
        Assert.Equal(1, world.Visit().LeftPending);
        Assert.Empty(world.Redis.Letters);
        Assert.Empty(world.Redis.Ledger);
    }

    [Fact]
    public void An_event_whose_publish_ended_unknown_three_times_becomes_a_letter_that_says_it_may_be_written()
    {
        var world = OneRow(PublishFate.UnknownNotWritten, PublishFate.UnknownNotWritten, PublishFate.UnknownNotWritten);
        Assert.Equal((1, 1, 0), (world.Visit().LeftPending, world.Visit().LeftPending, world.Visit().LeftPending));
        var letter = Assert.Single(world.Redis.Letters.Values);
        Assert.Equal((FailureClass.Unknown, true), (letter.Class, Assert.Single(letter.Attempts).MaybeWritten));
    }

    [Fact]
    public void A_retry_that_waits_when_the_process_is_told_to_stop_is_left_to_a_later_visit()
    {
        var world = OneRow(PublishFate.Transient);
        using var stop = new CancellationTokenSource();
        using var timer = world.Clock.CreateTimer(_ => stop.Cancel(), null, TimeSpan.FromMilliseconds(100), Timeout.InfiniteTimeSpan);
        Assert.Equal((1, 1), (world.Visit(stop.Token).LeftPending, world.Kafka.PublishCalls));
    }

    [Fact]
    public void A_retry_that_waits_for_room_when_the_process_is_told_to_stop_is_left_too()
    {
        var world = new World(7, DeliveryLimits.Default with { EventsInFlight = 1 });
        world.AddRows(2);
        world.Weather.NextPublishes.Enqueue(PublishFate.Transient);
        using var stop = new CancellationTokenSource();
        world.Kafka.OnWritten = () =>
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            stop.Cancel();
            world.Kafka.Stopping = true;
        };
        var report = world.Visit(stop.Token);
        Assert.Equal((1, 1, 2), (report.Delivered, report.LeftPending, world.Kafka.PublishCalls));
    }

    [Property(MaxTest = 10)]
    public void A_backlog_of_many_chunks_goes_out_whole_with_as_many_in_flight_as_allowed(int seed, PositiveInt limit)
    {
        var world = new World(seed, DeliveryLimits.Default with { EventsInFlight = limit.Get });
        world.AddRows(600);
        Assert.Equal(600, world.Visit().Delivered);
        Assert.Equal(600, world.Kafka.Topic.Count);
        Assert.Equal(limit.Get, world.Kafka.MostUnderWay);
    }

    [Fact]
    public void A_plan_that_breaks_half_way_keeps_its_events_in_hand_until_they_are_settled()
    {
        var world = new World(1);
        world.AddRows(300);
        world.Turns.Run(async () =>
        {
            using var visit = world.Relay.Runner.BeginVisit(CancellationToken.None);
            var rows = await visit.AdmitAsync(world.Outbox.Rows.ConvertAll(r => r.Item));
            await Assert.ThrowsAsync<FormatException>(() => visit.RunAsync(new DeliveryPlan(BreakAfter(SamplePlan.Of(rows, 1).Steps, 270))));
            Assert.Equal(0, world.Kafka.CallsUnderWay + world.Outbox.CallsUnderWay);
            return true;
        });
        Assert.Equal(256, world.Outbox.Of(RowStatus.Sent).Count());
    }

    [Fact]
    public void A_broken_port_costs_its_own_event_and_no_other()
    {
        var world = new World(1);
        world.AddRows(3);
        world.Redis.OnSave = _ => throw new FormatException("a bug");
        world.Weather.NextPublishes.Enqueue(PublishFate.Permanent);
        var report = world.Turns.Run(() => world.Relay.VisitAsync(CancellationToken.None));
        Assert.Equal((2, 1, "internal error: FormatException"), (report.Delivered, report.LeftPending, report.Problem));
    }

    [Fact]
    public void A_report_knows_the_oldest_row()
    {
        var world = OneRow();
        var oldest = world.Clock.GetUtcNow();
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        world.AddRows(2);
        Assert.Equal(oldest, world.Visit().OldestPending);
        Assert.Null(world.Visit().OldestPending);
    }

    static World OneRow(params PublishFate[] fates)
    {
        var world = new World(7);
        world.AddRows(1);
        foreach (var fate in fates) world.Weather.NextPublishes.Enqueue(fate);
        return world;
    }

    static IEnumerable<Either<Refusal, Delivery>> BreakAfter(IEnumerable<Either<Refusal, Delivery>> steps, int count)
    {
        foreach (var step in steps)
        {
            if (count-- == 0) throw new FormatException("a bug");
            yield return step;
        }
    }
}
