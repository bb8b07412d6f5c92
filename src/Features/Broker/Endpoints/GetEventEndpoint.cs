using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class GetEventEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/events/{source}/{id}");
        Policies(Role.Reader);
        Describe(
            "One event with its handlings",
            "Slashes inside source and id are written as %2F. Payload and metadata are shown to the internal key, unless masked=true; to "
            + "all others by POST …/unmask.",
            404);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await broker.Store.Read.One(Identity, ct)).TryGetRight(out var found, out var failure)) await RefuseAsync(failure, ct);
        else if (found.Case is Stores.StoredEvent stored) await Send.OkAsync(EventView.Of(stored, Asked), ct);
        else await RefuseAsync(404, $"event not found: {Identity.Id}", ct);
    }

    /// <summary>No more than the caller may see, and less where it asks for that.</summary>
    EventSight Asked => Query<bool>("masked", isRequired: false) ? Sight with { Payload = false } : Sight;
}
