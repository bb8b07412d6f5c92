using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Container;

/// <summary>One after the other: they share the machine's engine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ContainerCollection : ICollectionFixture<ImageNeighbours>
{
    public const string Name = "Containers";
}

/// <summary>The images, and the processor's neighbours on this machine's loopback; absent where no container can run.</summary>
public sealed class ImageNeighbours : IAsyncLifetime
{
    public const string Processor = "hobom-slices:test";

    readonly ProcessorNeighbours? neighbours = ContainerCli.Missing is null ? new ProcessorNeighbours() : null;

    public ProcessorNeighbours Started => neighbours ?? throw new InvalidOperationException(ContainerCli.Missing);

    public async Task InitializeAsync()
    {
        if (neighbours is null) return;
        await Tool.DoneAsync(Repository.PathOf("scripts/images"));
        await neighbours.InitializeAsync();
    }

    public Task DisposeAsync() => neighbours?.DisposeAsync() ?? Task.CompletedTask;
}
