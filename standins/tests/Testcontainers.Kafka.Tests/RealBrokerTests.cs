using System.Diagnostics;
using Xunit.Abstractions;

namespace Testcontainers.Kafka.Tests;

public sealed class RealBrokerTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly KafkaContainer kafka =
        new KafkaBuilder().WithEnvironment("KAFKA_MESSAGE_MAX_BYTES", "2000").Build();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await kafka.DisposeAsync();

    [RealBrokerFact]
    public async Task A_stopped_broker_comes_back_at_the_same_address_with_its_records()
    {
        await StartWithARecordAsync();
        var address = kafka.GetBootstrapAddress();

        await kafka.StopAsync();
        await kafka.StartAsync();

        Assert.Equal(address, kafka.GetBootstrapAddress());
        Assert.Equal(["kept"], await Kcat.ConsumeAsync(address, "records"));
    }

    [RealBrokerFact]
    public async Task A_killed_broker_comes_back_at_the_same_address_with_its_records()
    {
        await StartWithARecordAsync();
        var address = kafka.GetBootstrapAddress();
        var processId = StandInBroker.ProcessIdOf(kafka);

        await StandInBroker.KillAsync(kafka);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(processId));
        await kafka.StartAsync();

        Assert.Equal(address, kafka.GetBootstrapAddress());
        Assert.Equal(["kept"], await Kcat.ConsumeAsync(address, "records"));
    }

    [RealBrokerFact]
    public async Task A_broker_property_is_in_force()
    {
        await kafka.StartAsync();
        var address = kafka.GetBootstrapAddress();

        var refused = await Kcat.ProduceAsync(address, "sizes", new string('x', 3000) + "\n");
        Assert.Contains("Message size too large", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await Kcat.ProduceAsync(address, "sizes", new string('x', 1000) + "\n")).ExitCode);
    }

    [RealBrokerFact]
    public async Task Topics_are_made_on_first_use_with_four_partitions()
    {
        await StartWithARecordAsync();

        var listing = (await Kcat.ListAsync(kafka.GetBootstrapAddress(), "-t", "records")).Output;
        Assert.Contains("topic \"records\" with 4 partitions", listing, StringComparison.Ordinal);
    }

    [RealBrokerFact]
    public async Task Disposing_leaves_neither_process_nor_data()
    {
        await kafka.StartAsync();
        var processId = StandInBroker.ProcessIdOf(kafka);
        var directory = BrokerDirectory.Of(processId);
        Assert.True(Directory.Exists(directory));

        await kafka.DisposeAsync();

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(processId));
        Assert.False(Directory.Exists(directory));
    }

    private async Task StartWithARecordAsync()
    {
        output.WriteLine(StandInBroker.Description);
        await kafka.StartAsync();
        Assert.Equal(0, (await Kcat.ProduceAsync(kafka.GetBootstrapAddress(), "records", "kept\n")).ExitCode);
    }
}
