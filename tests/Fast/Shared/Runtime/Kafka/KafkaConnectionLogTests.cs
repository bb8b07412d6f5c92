using Confluent.Kafka;
using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Kafka;

public sealed class KafkaConnectionLogTests
{
    readonly LogLines lines = new();

    [Fact]
    public void An_outage_is_one_line_for_each_kind_of_trouble_and_one_at_its_end()
    {
        var log = new KafkaConnectionLog(lines);
        log.Answered();
        for (var i = 0; i < 100; i++)
        {
            log.Problem(new Error(ErrorCode.Local_Transport, $"refused {i}"));
            log.Problem(new Error(ErrorCode.Local_AllBrokersDown, "1/1 brokers are down"));
        }

        log.Answered();
        log.Answered();
        log.Problem(new Error(ErrorCode.Local_Transport, "refused again"));

        Assert.Equal(
            [
                "W Kafka: Local_Transport: refused 0",
                "W Kafka: Local_AllBrokersDown: 1/1 brokers are down",
                "I Kafka answers again",
                "W Kafka: Local_Transport: refused again",
            ],
            lines.Lines);
    }
}
