using Testcontainers.Kafka;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>A test that kills the broker and wants it back at its address with its records.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class RestartableBrokerFactAttribute : FactAttribute
{
    public RestartableBrokerFactAttribute()
    {
#if FULL_REGISTRY
        Skip = "a container comes back at another address; run it on the stand-in with KAFKA_HOME";
#else
        if (!StandInBroker.IsReal) Skip = "the mock cluster cannot come back; set KAFKA_HOME to an unpacked Kafka";
#endif
    }
}

static class BrokerOutage
{
    /// <summary>As kill -9 does.</summary>
    public static Task KillAsync(KafkaContainer broker) =>
#if FULL_REGISTRY
        broker.StopAsync();
#else
        StandInBroker.KillAsync(broker);
#endif
}
