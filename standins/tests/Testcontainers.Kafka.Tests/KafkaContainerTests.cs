namespace Testcontainers.Kafka.Tests;

public sealed class KafkaContainerTests
{
    private const string Image = "apache/kafka:4.1.1";

    [Fact]
    public async Task A_started_container_serves_clients_at_its_bootstrap_address()
    {
        await using var kafka = new KafkaBuilder(Image).Build();
        await kafka.StartAsync();
        var address = kafka.GetBootstrapAddress();

        Assert.Contains(" 1 brokers:", (await Kcat.ListAsync(address)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Kcat.ProduceAsync(address, "greetings", "hello\n")).ExitCode);
        Assert.Equal(["hello"], await Kcat.ConsumeAsync(address, "greetings"));
    }

    [Fact]
    public async Task A_stopped_container_serves_nobody()
    {
        await using var kafka = new KafkaBuilder(Image).Build();
        await kafka.StartAsync();
        var address = kafka.GetBootstrapAddress();
        await kafka.StopAsync();

        Assert.NotEqual(0, (await Kcat.ListAsync(address)).ExitCode);
    }

    [Fact]
    public async Task There_is_no_address_before_the_start()
    {
        await using var kafka = new KafkaBuilder(Image).Build();

        Assert.ThrowsAny<InvalidOperationException>(kafka.GetBootstrapAddress);
    }
}
