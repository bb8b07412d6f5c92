using Hobom.Slices.Tests.Support.Brokers;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>A test that kills the broker and wants it back at its address with its records.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class RestartableBrokerFactAttribute : FactAttribute
{
    public RestartableBrokerFactAttribute()
    {
        if (!TestBroker.Restarts) Skip = "the mock cluster cannot come back; set KAFKA_HOME to an unpacked Kafka";
    }
}
