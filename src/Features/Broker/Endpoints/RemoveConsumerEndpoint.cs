using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class RemoveConsumerEndpoint(BrokerSlice slice, TimeProvider clock) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Delete("/broker/consumers/{name}");
        Policies(Role.Operator);
        Describe("Remove a consumer", "What waits for it is skipped.", 404);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var name = Part("name");
        var removal = await AuditedAsync(
            "remove consumer", name, () => broker.Handlers.UnsubscribeAsync(name, clock.GetUtcNow(), ct), DoneOrNot);
        if (!removal.TryGetRight(out var removed, out var failure))
            await RefuseAsync(failure, ct);
        else if (removed) await Send.OkAsync(new { }, ct);
        else await RefuseAsync(404, $"subscription not found: {name}", ct);
    }
}
