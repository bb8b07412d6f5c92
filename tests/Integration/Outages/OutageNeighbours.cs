using Hobom.Slices.Tests.Integration.Processor;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>Outages of Kafka, on one broker whose topics and rights the tests make and take away.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OutageCollection : ICollectionFixture<OutageNeighbours>
{
    public const string Name = "Outages";
}

/// <summary>The processor's neighbours with a <see cref="StrictKafka"/> among them.</summary>
public sealed class OutageNeighbours : ProcessorNeighbours
{
    public OutageNeighbours()
        : this(new StrictKafka())
    {
    }

    OutageNeighbours(StrictKafka kafka)
        : base(kafka.BrokerOrMock, RedisServer.NotStarted()) => Kafka = kafka;

    public StrictKafka Kafka { get; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Kafka.GrantAsync();
    }
}
