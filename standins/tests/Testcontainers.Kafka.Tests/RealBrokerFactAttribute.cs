namespace Testcontainers.Kafka.Tests;

/// <summary>A test that only a real broker can pass.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealBrokerFactAttribute : FactAttribute
{
    public RealBrokerFactAttribute()
    {
        if (!StandInBroker.IsReal)
            Skip = "Needs a real broker: set KAFKA_HOME to an unpacked Kafka.";
    }
}
