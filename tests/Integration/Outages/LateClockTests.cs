using Hobom.Slices.Tests.Support.Brokers;

namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>A broker whose clock is 61 minutes behind the processor's: it finds every record too far in the future.</summary>
public sealed class LateClockTests(OutageNeighbours neighbours) : OutageTest(neighbours)
{
    [OtherClockFact]
    public async Task A_clock_61_minutes_ahead_of_the_brokers_makes_a_few_letters_that_say_so()
    {
        await using var broker = new KraftBroker(KraftBroker.Home!, ("auto.create.topics.enable", "false")) { Environment = FakeTime.Variables("-61m") };
        await broker.StartAsync();
        await broker.CreateTopicAsync(Topic, 4, ("message.timestamp.after.max.ms", "3600000"));
        // Else that would be what readiness speaks of.
        await broker.CreateTopicAsync("hobom.logs", 1);
        await using var processor = await StartAsync(("HOBOM_KAFKA_BROKER", broker.Address));

        // Of several records in a batch Kafka's client says InvalidRecord: they were sent again alone.
        await AssertOutageAsync(processor, "InvalidTimestamp");
        Assert.DoesNotContain("InvalidRecord", processor.Output, StringComparison.Ordinal);
        Assert.Contains("clock", processor.Output, StringComparison.Ordinal);
        await broker.SetTopicAsync(Topic, ("message.timestamp.after.max.ms", "7200000"));

        var failed = await AssertOverAsync(processor);
        await SendAgainAsOneGroupAsync(processor, failed);
    }
}
