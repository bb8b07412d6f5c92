using System.Text.Json.Serialization;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Http;

namespace Hobom.Slices.Broker.Endpoints;

/// <summary>Both contracts' names. Totals of events are the store's; published is this process's since its start.</summary>
public sealed record BrokerStats(
    [property: JsonPropertyName("instance_id")] string InstanceId,
    [property: JsonPropertyName("mode")] string Mode,
    [property: JsonPropertyName("is_running")] bool IsRunning,
    [property: JsonPropertyName("total_published")] long TotalPublished,
    [property: JsonPropertyName("total_processed")] long TotalProcessed,
    [property: JsonPropertyName("total_failed")] long TotalFailed,
    [property: JsonPropertyName("active_subscribers")] int ActiveSubscribers,
    [property: JsonPropertyName("queue_size")] long QueueSize,
    [property: JsonPropertyName("active_workers")] long ActiveWorkers,
    [property: JsonPropertyName("oldest_open_at")] DateTimeOffset? OldestOpenAt,
    [property: JsonPropertyName("provider_stats")] ProviderStats Provider,
    [property: JsonPropertyName("consumers")] IReadOnlyList<ConsumerCounts> Consumers);

public sealed record ProviderStats(
    [property: JsonPropertyName("provider_type")] string Type,
    [property: JsonPropertyName("total_events")] long Total,
    [property: JsonPropertyName("pending_events")] long Pending,
    [property: JsonPropertyName("processing_events")] long Processing,
    [property: JsonPropertyName("completed_events")] long Completed,
    [property: JsonPropertyName("failed_events")] long Failed,
    [property: JsonPropertyName("no_consumer_events")] long NoConsumer,
    [property: JsonPropertyName("expired_events")] long Expired);

public sealed class GetBrokerStatsEndpoint(BrokerSlice slice) : BrokerRoute(slice)
{
    public override void Configure()
    {
        Get("/broker/stats");
        Policies(Role.Reader);
        Describe("Statistics", "Of the store, one snapshot, and of each consumer.");
    }

    protected override async Task HandleAsync(OpenBroker broker, CancellationToken ct)
    {
        if (!(await broker.Store.Read.Count(ct)).TryGetRight(out var counts, out var failure)) await RefuseAsync(failure, ct);
        else if (!(await broker.Store.Consumers.All(ct)).TryGetRight(out var consumers, out failure)) await RefuseAsync(failure, ct);
        else
            await Send.OkAsync(
                new BrokerStats(
                    Slice.Settings.InstanceId, Slice.Settings.Sync ? "sync" : "async", true, Slice.Counters.Published, counts.Completed,
                    counts.Failed,
                    consumers.Count(c => c.State is ConsumerState.Active), counts.Consumers.Sum(c => c.Waiting + c.Failed),
                    counts.Consumers.Sum(c => c.Leased),
                    counts.OldestOpen,
                    new ProviderStats(
                        $"{Slice.Settings.Provider}".ToLowerInvariant(), counts.Total, counts.Pending, counts.Processing, counts.Completed,
                        counts.Failed,
                        counts.NoConsumer, counts.Expired),
                    counts.Consumers),
                ct);
    }
}
