using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Fast.Simulation;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

/// <summary>What befalls every record of the topic alike, or seems to.</summary>
public class VisitOutageTests
{
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
        var state = world.Relay.Runner.Circuit;
        Assert.Equal(("samples", "NO_TOPIC", Circuit.LetterLimit), (state.Topic, state.Last?.Code, state.Letters));
        Assert.NotNull(state.OpenSince);
        // One cause, so that they are found and sent again as one group.
        Assert.Single(world.Redis.Letters.Values.Select(l => (l.Class, l.Reason)).Distinct());
        world.Weather.Clear();
        Assert.Equal(300 - Circuit.LetterLimit, world.Visit().Delivered);
        Assert.Null(world.Relay.Runner.Circuit.OpenSince);
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
}
