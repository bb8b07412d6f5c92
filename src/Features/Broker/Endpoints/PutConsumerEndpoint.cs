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
            + "waits for it. All that is left out has its default, but secrets: without them those that it has stay, and [] takes them "
            + "away. Whoever names an address or a topic that it has not yet sends payloads there: the role payload is required too.",
            400, 403, 409);
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        var name = Part("name");
        if (broker.Handlers.Has(name))
        {
            await RefuseAsync(409, $"{name} is a C# handler of this process", ct, "name");
            return;
        }

        if (!(await broker.Store.Consumers.All(ct)).TryGetRight(out var all, out var failure))
        {
            await RefuseAsync(failure, ct);
            return;
        }

        var before = all.FirstOrDefault(c => c.Name == name);
        if (before is { Kind: ConsumerKind.Handler })
        {
            await RefuseAsync(409, IsHandler(name), ct, "name");
            return;
        }

        var read = await ConsumerBody.ReadAsync(HttpContext.Request.Body, name, before, Slice.Settings.AllowManySegments, ct);
        if (!read.TryGetRight(out var consumer, out var fault)) await RefuseAsync(400, fault.Text, ct, fault.Field);
        else if (consumer.Target?.IsSamePlaceAs(before?.Target) is not true && !HttpContext.User.IsInRole(Role.Payload))
            await Send.ResponseAsync(
                new ErrorAnswer("to send payloads somewhere new requires the payload role") { Needs = Role.Payload }, 403, ct);
        else if (!(await AuditedAsync(
                     "put consumer", name, () => broker.Store.Consumers.Save(consumer, ct),
                     saved => saved ? Words(consumer) : IsHandler(name)))
                 .TryGetRight(out var isSaved, out failure))
            await RefuseAsync(failure, ct);
        else if (isSaved) await Send.OkAsync(ConsumerView.Of(consumer, SeesAll), ct);
        else await RefuseAsync(409, IsHandler(name), ct, "name");
    }

    static string IsHandler(string name) => $"{name} is a C# handler of a process on this store: remove it first";

    static string Words(Consumer consumer) =>
        $"{consumer.Pattern.Text} to {Stores.Sql.ConsumerText.WordOf(consumer.Kind)} {consumer.Target?.Whereabouts}";
}
