using Confluent.Kafka;
using Hobom.Slices.Runtime.Kafka;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Kafka;

public sealed class KafkaConnectionLogTests
{
    readonly Lines lines = new();

    [Fact]
    public void An_outage_is_one_line_for_each_kind_of_trouble_and_one_at_its_end()
    {
        var log = new KafkaConnectionLog(lines);
        log.Answered();
        for (var i = 0; i < 100; i++)
        {
            log.Trouble(new Error(ErrorCode.Local_Transport, $"refused {i}"));
            log.Trouble(new Error(ErrorCode.Local_AllBrokersDown, "1/1 brokers are down"));
        }

        log.Answered();
        log.Answered();
        log.Trouble(new Error(ErrorCode.Local_Transport, "refused again"));

        Assert.Equal(
            [
                "Warning: Kafka: Local_Transport: refused 0",
                "Warning: Kafka: Local_AllBrokersDown: 1/1 brokers are down",
                "Information: Kafka answers again",
                "Warning: Kafka: Local_Transport: refused again",
            ],
            lines.Written);
    }

    sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
