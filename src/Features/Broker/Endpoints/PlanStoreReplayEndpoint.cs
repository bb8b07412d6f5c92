using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class PlanStoreReplayEndpoint(BrokerSlice slice, TimeProvider clock) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Post("/broker/replays");
        Policies(Role.Operator);
        Describe(
            "Plan a replay from the store",
            "Events that are there now, by pattern, status, source, ids, start_time and end_time, to one consumer, an old or a new one, "
            + "whatever its own pattern; only_dead: those that it gave up. Nothing is given out before the replay is started; rate: events "
            + "a second.",
            400);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var read = await ReplayBody.ReadAsync(
            HttpContext.Request.Body, Slice.Settings.AllowManySegments, Caller, clock.GetUtcNow(), ct);
        if (!read.TryGetRight(out var replay, out var fault))
        {
            await RefuseAsync(400, fault.Text, ct, fault.Field);
            return;
        }

        if (!(await broker.Store.Consumers.All(ct)).TryGetRight(out var consumers, out var failure))
        {
            await RefuseAsync(failure, ct);
            return;
        }

        if (!consumers.Any(c => c.Name == replay.Consumer))
        {
            await RefuseAsync(400, $"subscription not found: {replay.Consumer}", ct, "consumer");
            return;
        }

        var planned = await AuditedAsync(
            "plan broker replay", replay.Id, () => broker.Store.Replays.Plan(replay, ct), p => $"{p.Count} events to {p.Consumer}");
        if (planned.TryGetRight(out var plan, out failure)) await Send.ResponseAsync(StoreReplayView.Of(plan, SeesAll), 201, ct);
        else await RefuseAsync(failure, ct);
    }
}
