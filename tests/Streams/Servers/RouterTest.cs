using StackExchange.Redis;

namespace Hobom.Slices.Tests.Streams.Servers;

/// <summary>What each of these tests begins with: an empty Redis.</summary>
public abstract class RouterTest(RouterFixture fixture) : IClassFixture<RouterFixture>, IAsyncLifetime
{
    protected RouterFixture Fixture => fixture;

    protected IDatabase Db => fixture.Plain;

    public Task InitializeAsync() => fixture.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}
