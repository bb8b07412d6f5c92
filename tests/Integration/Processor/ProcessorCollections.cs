namespace Hobom.Slices.Tests.Integration.Processor;

// The tests of one collection run one after the other, on neighbours of their own that they may kill. So do the collections of
// whole processors: side by side on two cores their time limits are not long enough.

/// <summary>What one processor does with its neighbours.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessorCollection : ICollectionFixture<ProcessorNeighbours>
{
    public const string Name = "Processor";
}

/// <summary>Neighbours and processors that are killed, frozen and stopped.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TakeoverCollection : ICollectionFixture<ProcessorNeighbours>
{
    public const string Name = "Takeover";
}
