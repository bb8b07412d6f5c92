using Hobom.Slices.Broker.Settings;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class ChangeBrokerSettingEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Put("/broker/settings/{slug}");
        Policies(Role.Operator);
        Describe("Change one of the outbox settings", "?value=… In every process within seconds. A bad value is refused.", 400);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var (slug, value) = (Part("slug"), Query<string>("value", isRequired: false) ?? "");
        var changed = await AuditedAsync<TuningFault, LanguageExt.Unit>(
            "change setting", $"{slug}={value}", () => Slice.Tuning.ChangeAsync(broker.Store, slug, value, Caller, ct),
            failure => new TuningFault.Unavailable(failure), _ => "changed");
        if (changed.TryGetRight(out _, out var fault)) await Send.OkAsync(Slice.Tuning.Shown, ct);
        else if (fault is TuningFault.BadValue bad) await RefuseAsync(400, bad.Why, ct, "value");
        else await RefuseAsync(503, "the setting may not have been kept: the store does not answer", ct);
    }
}
