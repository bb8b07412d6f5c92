using Xunit.Abstractions;

[assembly: TestCollectionOrderer(
    "Hobom.Slices.Tests.Integration.Processor.LongestFirst", "Hobom.Slices.Tests.Integration")]

namespace Hobom.Slices.Tests.Integration.Processor;

// The tests of one collection run one after the other, on neighbours of their own that they may kill; collections run
// side by side, for most of a test is waiting.

/// <summary>What one processor does with its neighbours.</summary>
[CollectionDefinition(Name)]
public sealed class ProcessorCollection : ICollectionFixture<ProcessorNeighbours>
{
    public const string Name = "Processor";
}

/// <summary>Neighbours and processors that are killed, frozen and stopped.</summary>
[CollectionDefinition(Name)]
public sealed class TakeoverCollection : ICollectionFixture<ProcessorNeighbours>
{
    public const string Name = "Takeover";
}

/// <summary>Starts the collections of whole processors before all others: they take longest, and none should be alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly string[] First = [TakeoverCollection.Name, ProcessorCollection.Name, Outages.OutageCollection.Name];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections
            .OrderBy(c => Array.IndexOf(First, c.DisplayName) is >= 0 and var place ? place : First.Length)
            .ThenBy(c => c.DisplayName, StringComparer.Ordinal);
}
