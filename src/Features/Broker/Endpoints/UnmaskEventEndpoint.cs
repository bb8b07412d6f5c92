using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Http.Masking;
using LanguageExt;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>One event with its payload as it is. Who asked and why is written down first: where it cannot be, nothing is shown.</summary>
public sealed class UnmaskEventEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Post("/broker/events/{source}/{id}/unmask");
        Policies(Role.Payload);
        Describe(
            "Show an event unmasked",
            "Body: {\"reason\": \"…\"}. Answers as GET does, with payload, metadata and errors. The audit keeps who, which event, when and "
            + "why, before anything is shown.", 400, 404);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await UnmaskRequest.ReadReasonAsync(HttpContext.Request.Body, ct)).TryGetRight(out var reason, out var fault))
            await Send.ResponseAsync(fault, 400, ct);
        else if (!(await AuditedAsync("unmask", $"{Identity}", () => broker.Store.Read.One(Identity, ct), WordOf, reason))
                 .TryGetRight(out var found, out var failure))
            await RefuseAsync(failure, ct);
        else if (found.Case is StoredEvent stored) await Send.OkAsync(EventView.Of(stored, EventSight.All), ct);
        else await RefuseAsync(404, $"event not found: {Identity.Id}", ct);
    }

    static string WordOf(Option<StoredEvent> found) => found.IsSome ? "shown" : "not found";
}
