using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Tests.Integration.Kafka;

public sealed class KafkaSettingsCheckTests
{
    [Theory]
    [InlineData(KafkaAcks.All)]
    [InlineData(KafkaAcks.Leader)]
    public void The_client_takes_the_relays_own_settings(KafkaAcks acks)
    {
        foreach (var seconds in new[] { 1, 5, 300 })
        {
            var settings = KafkaSettings.For("kafka:9092") with { Acks = acks, DeliveryTimeout = TimeSpan.FromSeconds(seconds) };
            Assert.Empty(KafkaSettingsCheck.Problems(settings with { MessageMaxBytes = 1_000 }));
            Assert.Empty(KafkaSettingsCheck.Problems(settings with { MessageMaxBytes = 1_000_000_000 }));
        }
    }

    [Fact]
    public void The_client_takes_a_secured_connection() => Assert.Empty(Problems(
        ("security.protocol", "SASL_SSL"), ("sasl.mechanism", "SCRAM-SHA-512"), ("sasl.username", "relay"),
        ("sasl.password", "hunter2"), ("compression.type", "zstd"), ("linger.ms", "5")));

    [Fact]
    public void Unknown_properties_and_bad_values_are_all_told_with_their_variables_and_without_their_values()
    {
        var problems = Problems(
            ("sasl.pasword", "hunter2"), ("security.protocol", "hunter3"), ("linger.ms", "hunter4"), ("sasl.password", "fine"));

        Assert.Equal(
            ["HOBOM_KAFKA_LINGER_MS", "HOBOM_KAFKA_SASL_PASWORD", "HOBOM_KAFKA_SECURITY_PROTOCOL"],
            problems.Select(p => p.Variable));
        Assert.DoesNotContain("hunter", string.Join(' ', problems), StringComparison.Ordinal);
        Assert.Contains("no property 'sasl.pasword'", string.Join(' ', problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_is_not_there_is_told_with_its_variable()
    {
        var problem = Assert.Single(Problems(("security.protocol", "SSL"), ("ssl.ca.location", "/nowhere/ca.pem")));

        Assert.Equal("HOBOM_KAFKA_SSL_CA_LOCATION", problem.Variable);
        Assert.DoesNotContain('\n', problem.ToString());
    }

    [Fact]
    public void Settings_that_lack_each_other_are_told_together()
    {
        var problem = Assert.Single(Problems(("security.protocol", "SASL_SSL"), ("sasl.mechanism", "PLAIN")));

        Assert.Contains("HOBOM_KAFKA_", problem.Variable, StringComparison.Ordinal);
    }

    static IReadOnlyList<KafkaSettingProblem> Problems(params (string Name, string Value)[] extra) =>
        KafkaSettingsCheck.Problems(KafkaSettings.For("kafka:9092") with
        {
            Extra = extra.ToDictionary(e => e.Name, e => e.Value),
        });
}
