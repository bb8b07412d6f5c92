using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class StoreReplayCommandEndpoint(BrokerSlice slice, TimeProvider clock) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Post("/broker/replays/{id}/{order}");
        Policies(Role.Operator);
        Describe("Start, pause, resume or cancel a replay", "In whichever process runs it, after the step under way.", 400, 404, 409);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var (id, word) = (Part("id"), Part("order"));
        var known = Enum.GetValues<ReplayOrderWord>().Cast<ReplayOrderWord?>()
            .FirstOrDefault(o => string.Equals(o.ToString()!.ToLowerInvariant(), word, StringComparison.Ordinal));
        if (known is not { } order)
        {
            await RefuseAsync(400, $"'{word}' is none of start, pause, resume, cancel", ct, "order");
            return;
        }

        var told = await AuditedAsync(
            $"{word} broker replay", id,
            () => broker.Store.Replays.Change(id, replay => replay.Apply(order, Caller, clock.GetUtcNow()), ct),
            found => found.Match(answer => answer.Match(r => r.State.ToString().ToLowerInvariant(), why => why), () => "not found"));
        if (!told.TryGetRight(out var found, out var failure)) await RefuseAsync(failure, ct);
        else if (found.IsNone) await RefuseAsync(404, $"there is no replay {id}", ct);
        else if (found.IfNone(() => "there is none").TryGetRight(out var replay, out var why))
            await Send.OkAsync(StoreReplayView.Of(replay, SeesAll), ct);
        else await RefuseAsync(409, why, ct);
    }
}
