using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class ListStoreReplaysEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/replays");
        Policies(Role.Reader);
        Describe("List replays from the store", "The newest first, 200 at most, with their progress.");
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if ((await broker.Store.Replays.All(ct)).TryGetRight(out var all, out var failure))
            await Send.OkAsync(all.Select(r => StoreReplayView.Of(r, SeesAll)).ToArray(), ct);
        else await RefuseAsync(failure, ct);
    }
}

public sealed class GetStoreReplayEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/replays/{id}");
        Policies(Role.Reader);
        Describe("One replay from the store", "With its progress.", 404);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await broker.Store.Replays.All(ct)).TryGetRight(out var all, out var failure)) await RefuseAsync(failure, ct);
        else if (all.FirstOrDefault(r => r.Id == Part("id")) is { } found) await Send.OkAsync(StoreReplayView.Of(found, SeesAll), ct);
        else await RefuseAsync(404, $"there is no replay {Part("id")}", ct);
    }
}
