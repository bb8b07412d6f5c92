using System.Diagnostics;

namespace Testcontainers.Kafka.Tests;

public sealed class MockClusterTests : IAsyncLifetime
{
    private readonly KafkaContainer kafka = StandInBroker.BuildMock();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await kafka.DisposeAsync();

    [Fact]
    public async Task It_answers_metadata_and_makes_topics_of_four_partitions()
    {
        await kafka.StartAsync();

        await Kcat.ProduceAsync(kafka.GetBootstrapAddress(), "made", "x\n");
        var listing = (await Kcat.ListAsync(kafka.GetBootstrapAddress(), "-t", "made")).Output;
        Assert.Contains(" 1 brokers:", listing, StringComparison.Ordinal);
        Assert.Contains("topic \"made\" with 4 partitions", listing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_it_leaves_no_process()
    {
        await kafka.StartAsync();
        var processId = StandInBroker.ProcessIdOf(kafka);
        Assert.Equal("kcat", Process.GetProcessById(processId).ProcessName);

        await kafka.StopAsync();

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(processId));
    }

    [Fact]
    public async Task Disposing_it_leaves_neither_process_nor_data()
    {
        await kafka.StartAsync();
        var processId = StandInBroker.ProcessIdOf(kafka);
        var directory = BrokerDirectory.Of(processId);
        Assert.True(Directory.Exists(directory));

        await kafka.DisposeAsync();

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(processId));
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task Killing_it_leaves_no_process()
    {
        await kafka.StartAsync();
        var processId = StandInBroker.ProcessIdOf(kafka);

        await StandInBroker.KillAsync(kafka);

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(processId));
    }

    [Fact]
    public async Task It_can_be_frozen_and_thawed_and_still_serves()
    {
        await kafka.StartAsync();
        var processId = $"{StandInBroker.ProcessIdOf(kafka)}";
        await Command.RunAsync("kill", ["-STOP", processId]);
        var whileFrozen = await Kcat.ListAsync(kafka.GetBootstrapAddress(), "-m", "1");
        await Command.RunAsync("kill", ["-CONT", processId]);

        Assert.NotEqual(0, whileFrozen.ExitCode);
        Assert.Equal(0, (await Kcat.ListAsync(kafka.GetBootstrapAddress())).ExitCode);
    }

    [Fact]
    public async Task It_refuses_to_come_back_rather_than_come_back_elsewhere()
    {
        await kafka.StartAsync();
        await kafka.StopAsync();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => kafka.StartAsync());
        Assert.Contains("KAFKA_HOME", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_refuses_broker_properties_rather_than_ignore_them()
    {
        await using var strict = new KafkaBuilder().WithEnvironment("KAFKA_MESSAGE_MAX_BYTES", "2000").Build(null);

        var refusal = await Assert.ThrowsAsync<NotSupportedException>(() => strict.StartAsync());
        Assert.Contains("message.max.bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starting_it_twice_is_refused()
    {
        await kafka.StartAsync();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => kafka.StartAsync());
        Assert.Contains("already", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await Kcat.ListAsync(kafka.GetBootstrapAddress())).ExitCode);
    }
}
