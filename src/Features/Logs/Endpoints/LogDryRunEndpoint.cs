using Hobom.Slices.Core;
using Hobom.Slices.Http.DryRuns;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Protos.Outbox.Log;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Logs.Endpoints;

/// <summary>Shows how the rows of one poll would be split into arrays.</summary>
public abstract class LogDryRunEndpoint(PollerControl pollers, TimeProvider clock, string name, LogFlow flow, LogSplitLimits limits)
    : DryRunEndpoint<DryRunView>(pollers, clock, name)
{
    protected override string What =>
        "How an array of rows of the log outbox, given as JSON, would be split into records, under the limits of now: a row with a "
        + "value that the consumers do not take travels alone, and `alone` names the value. One row without an array is taken too.";

    protected override DryRunView Example =>
        DryRunExamples.Of(
            flow.Route, flow.RecordKey(DryRunExamples.At), new object[] { new { serviceType = "HOBOM_BACKEND", level = "INFO" } }, 214)
            with { Limits = new DryRunLimits(1_048_576, LogBatchLimits.DefaultEvents) };

    protected override async Task<Either<RowFault, DryRunView>> RunAsync(ReadOnlyMemory<byte> body, DryRun run)
    {
        if (!RowReading.Many<QueryResult>(body).TryGetRight(out var rows, out var fault)) return fault;
        LogRow[] all = [.. rows.Select(row => LogRow.Of(LogOutboxClient.ItemOf(row), flow.Route))];
        var now = await limits.OfAsync(flow, all.Length);
        var foreign = LogDecisions.RowsAlone(all);
        return run.ViewOf(LogDecisions.Plan(all, flow, now, run.Now), id => foreign.GetValueOrDefault(id)) with
        {
            Limits = new DryRunLimits(now.RecordBytes, now.Events),
        };
    }
}
