using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>A test on an empty Redis of its class.</summary>
public abstract class RouterTest(RouterFixture fixture) : IAsyncLifetime
{
    protected RouterFixture Fixture => fixture;

    protected IDatabase Db => fixture.Plain;

    public Task InitializeAsync() => fixture.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}
