using Hobom.Slices.Tests.Support;
using Hobom.Slices.Tests.Support.Brokers;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>A test that needs containers.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class ContainerTheoryAttribute : TheoryAttribute
{
    public ContainerTheoryAttribute()
    {
        if (!ContainerEngine.Answers) Skip = "no Docker engine answers";
    }
}

/// <summary>The processor's neighbours with Kafka and Redis in containers; absent where no Docker engine answers.</summary>
public sealed class ContainerNeighbours : IAsyncLifetime
{
    readonly ProcessorNeighbours? neighbours =
        ContainerEngine.Answers ? new ProcessorNeighbours(new ContainerBroker(), new ContainerRedis()) : null;

    public ProcessorNeighbours Started => neighbours ?? throw new InvalidOperationException("no Docker engine answers");

    public Task InitializeAsync() => neighbours?.InitializeAsync() ?? Task.CompletedTask;

    public Task DisposeAsync() => neighbours?.DisposeAsync() ?? Task.CompletedTask;
}
