using Hobom.Slices.Runtime.Grpc;

namespace Hobom.Slices.Tests.Integration.Interop;

/// <summary>The backends on @grpc/grpc-js, without rows, and a connection to each.</summary>
public abstract class OutboxTest : IAsyncLifetime
{
    protected GrpcJsBackends Backends { get; private set; } = null!;

    protected GrpcBackend Main { get; private set; } = null!;

    protected GrpcBackend Space { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Backends = await GrpcJsBackends.StartAsync();
        Main = new GrpcBackend(Backends.MainAddress, "test-key", null, TimeProvider.System);
        Space = new GrpcBackend(Backends.SpaceAddress, "test-key", null, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        Main.Dispose();
        Space.Dispose();
        await Backends.DisposeAsync();
    }
}
