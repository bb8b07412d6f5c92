using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Testcontainers.Kafka;

/// <summary>librdkafka's mock cluster, in a kcat process: one broker, topics made on first use with 4 partitions.</summary>
internal static partial class MockCluster
{
    // kcat ends when its client has nothing to do, so it consumes a topic that nobody writes to.
    private static readonly string[] KcatArguments =
        ["kcat", "-X", "test.mock.num.brokers=1", "-C", "-b", "mock", "-t", "idle", "-o", "end"];

    /// <exception cref="NotSupportedException">A broker property is set: the mock has none.</exception>
    public static BrokerCommand Command(ImmutableDictionary<string, string> environment)
    {
        if (BrokerProperties.In(environment).Keys.FirstOrDefault() is { } property)
            throw new NotSupportedException($"The mock cluster has no {property}; set KAFKA_HOME for a real broker.");

        return new BrokerCommand(
            KcatArguments, BrokerProperties.VariablesIn(environment), AddressIn, ComesBack: false);
    }

    private static string? AddressIn(string log) =>
        Announcement().Match(log) is { Success: true } match ? match.Groups["address"].Value : null;

    // librdkafka 2.0 writes "...bootstrap.servers ... replaced with 127.0.0.1:35891".
    [GeneratedRegex(@"Mock cluster enabled.*\s(?<address>127\.0\.0\.1:\d+)\r?\n")]
    private static partial Regex Announcement();
}
