using System.Diagnostics.Metrics;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Log;
using Hobom.Slices.Runtime.Delivering;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Logs;

/// <summary>One visit to a log outbox: read, decide, write.</summary>
public sealed class LogsPoller(
    LogOutboxClient outbox, DeliveryRunner runner, LogFlow flow, LogBatchLimits limits, TimeProvider clock, ILogger log)
{
    public const string MeterName = "Hobom.Slices.Logs";

    static readonly Meter Meter = new(MeterName);

    static readonly Counter<long> ForeignRows = Meter.CreateCounter<long>(
        "hobom.logs.foreign_rows", "{row}", "Rows sent in an array of their own, for a value that the consumers do not know.");

    /// <summary>The largest record that the topic takes, where it is known.</summary>
    public Func<Task<int?>> TopicByteLimit { get; init; } = () => Task.FromResult<int?>(null);

    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        using var visit = runner.BeginVisit(stopping);
        var found = await outbox.FindPendingAsync(stopping);
        if (!found.Succeeded(out var rows, out var failure)) return VisitReport.Failed(failure);
        var admitted = await visit.AdmitAsync(rows);
        NoteForeign(admitted);
        // A lone row is not to be split whatever the limit.
        var topicLimit = admitted.Count > 1 ? await TopicByteLimit() : null;
        return await visit.RunAsync(LogDecisions.Plan(admitted, flow, limits.Within(topicLimit), clock.GetUtcNow()));
    }

    void NoteForeign(IReadOnlyList<OutboxItem<HoBomLogPayload>> rows)
    {
        var values = rows.Where(row => row.Payload is not null)
            .Select(row => LogEnumerations.ForeignValue(row.Payload!)).OfType<string>().ToList();
        if (values.Count == 0) return;
        ForeignRows.Add(values.Count, new KeyValuePair<string, object?>("event_type", flow.Route.EventType));
        log.LogWarning(
            "{EventType}: {Rows} rows hold a value that the consumers do not know, such as {Value}; each travels alone",
            flow.Route.EventType, values.Count, values[0]);
    }
}
