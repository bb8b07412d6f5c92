using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed record HandlingExplanation(string Consumer, string WaitsFor, object Detail);

public sealed record EventExplanation(string Status, string? WaitsFor, IReadOnlyList<HandlingExplanation> Handlings);

public sealed class ExplainEventEndpoint(BrokerSlice slice, TimeProvider clock) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/events/{source}/{id}/explain");
        Policies(Role.Operator);
        Describe("What an event waits for", "For each of its handlings; an event that no consumer's pattern fits says so.", 404);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await broker.Store.Read.One(Identity, ct)).TryGetRight(out var found, out var failure)) await RefuseAsync(failure, ct);
        else if (!(await broker.Store.Consumers.All(ct)).TryGetRight(out var consumers, out failure)) await RefuseAsync(failure, ct);
        else if (found.Case is StoredEvent stored) await Send.OkAsync(Explain(stored, consumers), ct);
        else await RefuseAsync(404, $"event not found: {Identity.Id}", ct);
    }

    EventExplanation Explain(StoredEvent stored, IReadOnlyList<Consumer> consumers) => new(
        stored.Status.Word(),
        stored.ExpiredAt is { } expired ? $"nothing: no consumer wanted {stored.Event.Type} until {expired:u}; replay it to one"
        : stored.NoConsumerSince is { } since ? $"a consumer: none wants {stored.Event.Type} since {since:u}"
        : stored.RoutedNo is null ? "its turn: it has not been looked at yet" : null,
        [.. stored.Handlings.Select(h => Waits.Of(h, consumers, clock.GetUtcNow()) is var waits
            ? new HandlingExplanation(h.Consumer, waits.GetType().Name, waits)
            : throw new System.Diagnostics.UnreachableException())]);
}
