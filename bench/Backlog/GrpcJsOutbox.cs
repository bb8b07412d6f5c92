using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>One thread serves everything, as with the backends that the contract comes from. Remembers each row and mark.</summary>
sealed class GrpcJsOutbox : Outbox
{
    readonly GrpcJsBackends backends;

    GrpcJsOutbox(GrpcJsBackends backends) => this.backends = backends;

    public override string Name => "@grpc/grpc-js";

    public override string Address => backends.MainAddress;

    public GrpcJsControl Control => backends.Control;

    public static async Task<GrpcJsOutbox> StartAsync() => new(await GrpcJsBackends.StartAsync());

    public override Task EmptyAsync() => Control.ResetAsync();

    public override Task AddAsync(int rows) =>
        Control.GenerateRowsAsync("main", "MESSAGE", rows, bodyBytes: 200, idPrefix: $"{Guid.NewGuid():N}-");

    public override async Task<(int Pending, int Sent)> CountAsync()
    {
        var counts = (await Control.StateAsync())["main"].Counts?.GetValueOrDefault("MESSAGE");
        return (counts?.GetValueOrDefault("PENDING") ?? 0, counts?.GetValueOrDefault("SENT") ?? 0);
    }

    public override async Task<OutboxTimes> TimesAsync()
    {
        long[] marked = [.. (await Control.AllMarksAsync("main")).Values.Select(marks => marks.Min(m => m.At)).Order()];
        // A poll before the rows were there found none.
        var asked = (await Control.CallsAsync("main", "find-message")).Items.Last(f => f.At <= marked[0]).At;
        return new OutboxTimes(asked, marked[0], marked[^1]);
    }

    public override ValueTask DisposeAsync() => backends.DisposeAsync();
}
