using System.Collections.Immutable;

namespace Testcontainers.Kafka.Tests;

public sealed class BrokerPropertiesTests
{
    [Theory]
    [InlineData("KAFKA_MESSAGE_MAX_BYTES", "message.max.bytes")]
    [InlineData("KAFKA_LISTENER_NAME_SASL__PLAIN_X___Y", "listener.name.sasl_plain.x-y")]
    public void A_property_is_named_as_the_images_name_it(string variable, string property) =>
        Assert.Equal([property], BrokerProperties.In(Environment(variable)).Keys);

    [Theory]
    [InlineData("KAFKA_HEAP_OPTS")]
    [InlineData("TZ")]
    public void Other_variables_are_the_process_s_own(string variable)
    {
        Assert.Empty(BrokerProperties.In(Environment(variable)));
        Assert.Equal([variable], BrokerProperties.VariablesIn(Environment(variable)).Keys);
    }

    [Fact]
    public void A_property_is_not_passed_to_the_process() =>
        Assert.Empty(BrokerProperties.VariablesIn(Environment("KAFKA_MESSAGE_MAX_BYTES")));

    private static ImmutableDictionary<string, string> Environment(string variable) =>
        ImmutableDictionary<string, string>.Empty.Add(variable, "value");
}
