using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class ListBrokerSettingsEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/settings");
        Policies(Role.Reader);
        Describe("The eleven outbox settings", "As they are now in this process.");
    }

    protected override Task HandleAsync(OpenBroker broker, CancellationToken ct) => Send.OkAsync(Slice.Tuning.Shown, ct);
}
