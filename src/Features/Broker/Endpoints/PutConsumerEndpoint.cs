using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

public sealed class PutConsumerEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Put("/broker/consumers/{name}");
        Policies(Role.Operator);
        Describe(
            "Add a webhook or a topic, or change it",
            "It gets the events that are published from now on, and those that nobody wanted so far. A change keeps its state and what "
            + "waits for it.",
            400, 409);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var name = Part("name");
        if (broker.Handlers.Has(name))
        {
            await RefuseAsync(409, $"{name} is a C# handler of this process", ct, "name");
            return;
        }

        var read = await ConsumerBody.ReadAsync(HttpContext.Request.Body, name, Slice.Settings.AllowManySegments, ct);
        if (!read.TryGetRight(out var consumer, out var fault)) await RefuseAsync(400, fault.Text, ct, fault.Field);
        else if ((await AuditedAsync("put consumer", name, () => broker.Store.Consumers.Save(consumer, ct), _ => consumer.Pattern.Text))
                 .TryGetRight(out _, out var failure))
            await Send.OkAsync(ConsumerView.Of(consumer, SeesAll), ct);
        else await RefuseAsync(failure, ct);
    }
}
