using System.Text.Json.Serialization;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

/// <param name="Done">Events by step, the oldest first; null for a step before the process ran.</param>
/// <param name="Failed">Tries that failed, in the same steps.</param>
public sealed record TryCountsView(
    [property: JsonPropertyName("done")] IReadOnlyList<long?> Done,
    [property: JsonPropertyName("failed")] IReadOnlyList<long?> Failed)
{
    internal static TryCountsView Of(IReadOnlyList<TryCount?> steps) =>
        new([.. steps.Select(s => s?.Done)], [.. steps.Select(s => s?.Failed)]);
}

/// <param name="Done">Of the last hour by the minute, 60 numbers.</param>
/// <param name="Failed">Tries that failed, in the same minutes.</param>
/// <param name="Day">The same for the last 24 hours, 48 numbers.</param>
public sealed record ConsumerPastView(
    [property: JsonPropertyName("consumer")] string Consumer,
    [property: JsonPropertyName("done")] IReadOnlyList<long?> Done,
    [property: JsonPropertyName("failed")] IReadOnlyList<long?> Failed,
    [property: JsonPropertyName("day")] TryCountsView Day)
{
    internal static ConsumerPastView Of(ConsumerPast past)
    {
        var hour = TryCountsView.Of(past.Hour);
        return new ConsumerPastView(past.Consumer, hour.Done, hour.Failed, TryCountsView.Of(past.Day));
    }
}

/// <param name="StepSeconds">What one number stands for.</param>
/// <param name="DayStepSeconds">The same in <c>day</c>.</param>
public sealed record ConsumerHistoryView(
    [property: JsonPropertyName("step_seconds")] int StepSeconds,
    [property: JsonPropertyName("day_step_seconds")] int DayStepSeconds,
    [property: JsonPropertyName("consumers")] IReadOnlyList<ConsumerPastView> Consumers);

public sealed class ListConsumerHistoryEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/history");
        Policies(Role.Reader);
        Describe(
            "The last hour and the last day of every consumer",
            "Events done and tries failed, by the minute, in this process: another has its own; `day` has the same by half hours. "
            + "Kept in memory: it begins with the process.");
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await broker.Store.Consumers.All(ct)).TryGetRight(out var consumers, out var failure))
        {
            await RefuseAsync(failure, ct);
            return;
        }

        var past = Slice.History.Of(consumers.Select(c => c.Name));
        await Send.OkAsync(new ConsumerHistoryView(60, 1800, [.. past.Select(ConsumerPastView.Of)]), ct);
    }
}
