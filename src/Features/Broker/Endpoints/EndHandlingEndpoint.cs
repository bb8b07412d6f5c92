using Hobom.Slices.Core;
using Hobom.Slices.Http;
using LanguageExt;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>What an operator does to the handling of one event and one consumer, named by <c>?consumer=</c>.</summary>
public abstract class EndHandlingEndpoint(BrokerSlice slice, TimeProvider clock) : BrokerRoute(slice)
{
    protected abstract Task RefuseAsync(OpenBroker broker, CancellationToken ct);

    protected abstract string Action { get; }

    protected sealed override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (Query<string>("consumer", isRequired: false) is not { Length: > 0 } consumer)
            await RefuseAsync(400, "consumer is required", ct, "consumer");
        else if (!(await AuditedAsync(
                     Action, $"{Identity} {consumer}", () => ChangeAsync(broker, consumer, clock.GetUtcNow(), ct), DoneOrNot))
                 .TryGetRight(out var changed, out var failure))
            await RefuseAsync(failure, ct);
        else if (changed) await Send.ResponseAsync(new { }, 202, ct);
        else await RefuseAsync(broker, ct);
    }

    protected abstract Task<Either<StoreFailure, bool>> ChangeAsync(
        OpenBroker broker, string consumer, DateTimeOffset now, CancellationToken ct);
}

public sealed class ReplayEventEndpoint(BrokerSlice slice, TimeProvider clock) : EndHandlingEndpoint(slice, clock)
{
    protected override string Action => "replay event";

    public override void Configure()
    {
        Post("/broker/events/{source}/{id}/replay");
        Policies(Role.Operator);
        Describe(
            "Give an event to a consumer again, or for the first time", "Its tries are counted anew. One that is under way stays as it is.",
            400, 404, 409);
    }

    protected override async Task RefuseAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await broker.Store.Read.One(Identity, ct)).TryGetRight(out var found, out var failure)) await RefuseAsync(failure, ct);
        else if (found.Exists(e => e.WaitsForRouting))
            await RefuseAsync(409, "the event is not given out to its consumers yet: replay it when it is", ct);
        else await RefuseAsync(404, "no such event, or no such consumer", ct);
    }

    protected override Task<Either<StoreFailure, bool>> ChangeAsync(
        OpenBroker broker, string consumer, DateTimeOffset now, CancellationToken ct) =>
        broker.Store.Operate.Replay(Identity, consumer, now, ct);
}

public sealed class DiscardHandlingEndpoint(BrokerSlice slice, TimeProvider clock) : EndHandlingEndpoint(slice, clock)
{
    protected override string Action => "discard event";

    public override void Configure()
    {
        Post("/broker/events/{source}/{id}/discard");
        Policies(Role.Operator);
        Describe("Skip an event for a consumer", "Followers of its key go on.", 400, 404);
    }

    protected override Task RefuseAsync(OpenBroker broker, CancellationToken ct) =>
        RefuseAsync(404, "no such handling that waits or is dead", ct);

    protected override Task<Either<StoreFailure, bool>> ChangeAsync(
        OpenBroker broker, string consumer, DateTimeOffset now, CancellationToken ct) =>
        broker.Store.Operate.Discard(Identity, consumer, now, ct);
}
