using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class StreamsWallTests
{
    [Fact]
    public void Streams_sees_Redis_and_neither_Kafka_nor_gRPC_nor_another_slice() =>
        Assert.DoesNotContain(
            typeof(StreamsSlice).Assembly.GetReferencedAssemblies().Select(r => r.Name!),
            name => name is "Confluent.Kafka" || name.StartsWith("Grpc", StringComparison.Ordinal)
                || (name.StartsWith("Hobom.Slices", StringComparison.Ordinal)
                    && name is not ("Hobom.Slices.Core" or "Hobom.Slices.Runtime" or "Hobom.Slices.Audit" or "Hobom.Slices.Http")));
}
