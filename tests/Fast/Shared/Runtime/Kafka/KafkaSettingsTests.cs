using Hobom.Slices.Runtime.Kafka;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Kafka;

public sealed class KafkaSettingsTests
{
    [Fact]
    public void The_broker_alone_is_enough()
    {
        var settings = Settings(("HOBOM_KAFKA_BROKER", "kafka:9092"));

        Assert.Equal("kafka:9092", settings.Brokers);
        Assert.Equal(KafkaAcks.All, settings.Acks);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.DeliveryTimeout);
        Assert.Equal(1_000_000, settings.MessageMaxBytes);
        Assert.Empty(settings.Extra);
    }

    [Fact]
    public void Brokers_may_be_several_with_spaces_and_ipv6_between_them() =>
        Assert.Equal(
            "a:1,b-2.c_d:65535,[::1]:9092",
            Settings(("HOBOM_KAFKA_BROKER", " a:1 , b-2.c_d:65535,[::1]:9092")).Brokers);

    [Theory]
    [InlineData("kafka")]
    [InlineData("kafka:")]
    [InlineData(":9092")]
    [InlineData("kafka:0")]
    [InlineData("kafka:65536")]
    [InlineData("kafka:9092,")]
    [InlineData("a:1,,b:2")]
    [InlineData("http://kafka:9092")]
    [InlineData("kafka:9092/x")]
    [InlineData("ka fka:9092")]
    public void A_broker_that_is_not_host_and_port_is_a_problem(string brokers) =>
        Assert.Contains("host:port", Assert.Single(Problems(("HOBOM_KAFKA_BROKER", brokers))), StringComparison.Ordinal);

    [Theory]
    [InlineData("1", 1000)]
    [InlineData("300", 300_000)]
    [InlineData("5s", 5000)]
    [InlineData("2500ms", 2500)]
    public void The_delivery_time_out_is_seconds_or_says_its_unit(string text, int milliseconds) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(milliseconds),
            Settings(Broker, ("HOBOM_KAFKA_DELIVERY_TIMEOUT", text)).DeliveryTimeout);

    [Theory]
    [InlineData("HOBOM_KAFKA_DELIVERY_TIMEOUT", "0")]
    [InlineData("HOBOM_KAFKA_DELIVERY_TIMEOUT", "301")]
    [InlineData("HOBOM_KAFKA_DELIVERY_TIMEOUT", "999ms")]
    [InlineData("HOBOM_KAFKA_DELIVERY_TIMEOUT", "-5")]
    [InlineData("HOBOM_KAFKA_DELIVERY_TIMEOUT", "soon")]
    [InlineData("HOBOM_KAFKA_DELIVERY_TIMEOUT", "5m")]
    [InlineData("HOBOM_KAFKA_ACKS", "none")]
    [InlineData("HOBOM_KAFKA_MESSAGE_MAX_BYTES", "999")]
    [InlineData("HOBOM_KAFKA_MESSAGE_MAX_BYTES", "1MB")]
    [InlineData("HOBOM_KAFKA_ENABLE_IDEMPOTENCE", "false")]
    [InlineData("HOBOM_KAFKA_RETRIES", "9")]
    [InlineData("HOBOM_KAFKA_MESSAGE_SEND_MAX_RETRIES", "9")]
    [InlineData("HOBOM_KAFKA_TRANSACTIONAL_ID", "x")]
    [InlineData("HOBOM_KAFKA_DELIVERY_REPORT_ONLY_ERROR", "true")]
    [InlineData("HOBOM_KAFKA_MESSAGE_TIMEOUT_MS", "1")]
    [InlineData("HOBOM_KAFKA_REQUEST_REQUIRED_ACKS", "0")]
    [InlineData("HOBOM_KAFKA_BOOTSTRAP_SERVERS", "elsewhere:1")]
    [InlineData("HOBOM_KAFKA_DOTNET_PRODUCER_ENABLE_DELIVERY_REPORTS", "false")]
    public void A_value_that_cannot_be_used_is_a_problem_with_its_variable(string variable, string value) =>
        Assert.StartsWith(variable + ": ", Assert.Single(Problems(Broker, (variable, value))), StringComparison.Ordinal);

    [Fact]
    public void All_problems_are_found_at_once() =>
        Assert.Equal(
            ["HOBOM_KAFKA_BROKER", "HOBOM_KAFKA_ACKS", "HOBOM_KAFKA_DELIVERY_TIMEOUT", "HOBOM_KAFKA_MESSAGE_MAX_BYTES", "HOBOM_KAFKA_RETRIES"],
            Problems(
                ("HOBOM_KAFKA_RETRIES", "1"), ("HOBOM_KAFKA_ACKS", "x"), ("HOBOM_KAFKA_DELIVERY_TIMEOUT", "x"),
                ("HOBOM_KAFKA_MESSAGE_MAX_BYTES", "x")).Select(p => p[..p.IndexOf(':', StringComparison.Ordinal)]));

    [Fact]
    public void Any_other_variable_is_a_property_of_the_client()
    {
        var extra = Settings(
            Broker, ("HOBOM_KAFKA_SECURITY_PROTOCOL", "SASL_SSL"), ("HOBOM_KAFKA_SSL_CA_LOCATION", "/ca.pem"),
            ("HOBOM_KAFKA_SASL_USERNAME", "  "), ("HOBOM_REDIS_ADDR", "redis:6379")).Extra;

        Assert.Equal(
            new Dictionary<string, string> { ["security.protocol"] = "SASL_SSL", ["ssl.ca.location"] = "/ca.pem" }, extra);
    }

    [Fact]
    public void The_text_of_settings_and_problems_holds_no_values_that_may_be_secret()
    {
        var settings = Settings(Broker, ("HOBOM_KAFKA_SASL_PASSWORD", "hunter2"));
        var problems = Problems(Broker, ("HOBOM_KAFKA_TRANSACTIONAL_ID", "hunter2"), ("HOBOM_KAFKA_ACKS", "hunter2"));

        Assert.Contains("sasl.password", settings.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", settings.ToString() + string.Join(' ', problems), StringComparison.Ordinal);
    }

    static readonly (string, string) Broker = ("HOBOM_KAFKA_BROKER", "kafka:9092");

    static KafkaSettings Settings(params (string Name, string Value)[] variables) =>
        (KafkaSettings)Parse(variables);

    static List<string> Problems(params (string Name, string Value)[] variables) =>
        Parse(variables).LeftToSeq().Bind(p => p.ToSeq()).Map(p => p.ToString()).ToList();

    static Either<IReadOnlyList<KafkaSettingProblem>, KafkaSettings> Parse((string Name, string Value)[] variables) =>
        KafkaSettings.Parse(variables.ToDictionary(v => v.Name, v => v.Value));
}
