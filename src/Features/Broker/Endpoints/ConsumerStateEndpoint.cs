using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>Pauses a consumer, or resumes it.</summary>
public abstract class ConsumerStateEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    protected abstract ConsumerState Wanted { get; }

    protected abstract string Action { get; }

    protected sealed override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var name = Part("name");
        var set = await AuditedAsync(Action, name, () => broker.Store.Consumers.SetState(name, Wanted, ct), DoneOrNot);
        if (!set.TryGetRight(out var changed, out var failure))
            await RefuseAsync(failure, ct);
        else if (changed) await Send.OkAsync(new { }, ct);
        else await RefuseAsync(404, $"subscription not found: {name}", ct);
    }
}

public sealed class PauseConsumerEndpoint(BrokerSlice slice) : ConsumerStateEndpoint(slice)
{
    protected override ConsumerState Wanted => new ConsumerState.Paused($"by {Caller}", null);

    protected override string Action => "pause consumer";

    public override void Configure()
    {
        Post("/broker/consumers/{name}/pause");
        Policies(Role.Operator);
        Describe("Pause a consumer", "In every process; its events wait until it is resumed.", 404);
    }
}

public sealed class ResumeConsumerEndpoint(BrokerSlice slice) : ConsumerStateEndpoint(slice)
{
    protected override ConsumerState Wanted => new ConsumerState.Active();

    protected override string Action => "resume consumer";

    public override void Configure()
    {
        Post("/broker/consumers/{name}/resume");
        Policies(Role.Operator);
        Describe("Resume a consumer", "Also one that its receiver's failures have paused, or its 410 has switched off.", 404);
    }
}
