using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

/// <param name="Done">Events by minute, the oldest first, 60 of them; null for a minute before the process ran.</param>
/// <param name="Failed">Tries that failed, in the same minutes.</param>
public sealed record ConsumerHourView(
    [property: JsonPropertyName("consumer")] string Consumer,
    [property: JsonPropertyName("done")] IReadOnlyList<long?> Done,
    [property: JsonPropertyName("failed")] IReadOnlyList<long?> Failed);

/// <param name="StepSeconds">What one number stands for.</param>
public sealed record ConsumerHistoryView(
    [property: JsonPropertyName("step_seconds")] int StepSeconds,
    [property: JsonPropertyName("consumers")] IReadOnlyList<ConsumerHourView> Consumers);

public sealed class ListConsumerHistoryEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/history");
        Policies(Role.Reader);
        Describe(
            "The last hour of every consumer",
            "Events done and tries failed, by the minute, in this process: another has its own. Kept in memory: it begins with the "
            + "process.");
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await broker.Store.Consumers.All(ct)).TryGetRight(out var consumers, out var failure))
        {
            await RefuseAsync(failure, ct);
            return;
        }

        var hours = Slice.History.Of(consumers.Select(c => c.Name));
        await Send.OkAsync(new ConsumerHistoryView(60, [.. hours.Select(h => new ConsumerHourView(h.Consumer, h.Done, h.Failed))]), ct);
    }
}
