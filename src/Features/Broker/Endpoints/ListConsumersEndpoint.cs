using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class ListConsumersEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/consumers");
        Policies(Role.Reader);
        Describe(
            "List consumers",
            "Handlers, webhooks and topics, with their states; no secrets. Readers see neither why one is paused or off nor the path of an "
            + "address: `masked`.");
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if ((await broker.Store.Consumers.All(ct)).TryGetRight(out var consumers, out var failure))
            await Send.OkAsync(consumers.Select(c => ConsumerView.Of(c, SeesAll)).ToArray(), ct);
        else await RefuseAsync(failure, ct);
    }
}
