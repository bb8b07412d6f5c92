using Hobom.Slices.Http.DryRuns;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Protos.Outbox.Space;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Space.Endpoints;

public sealed class DryRunSpaceEvent(PollerControl pollers, TimeProvider clock)
    : DryRunEndpoint<DryRunView>(pollers, clock, SpaceSlice.Name)
{
    protected override string What => "The record that a row of the space outbox, given as JSON, would become.";

    protected override DryRunView Example =>
        DryRunExamples.Of(
            SpaceDecisions.Route, "0192f0c1", new { entityType = "PAGE", action = "UPDATED", spaceKey = "ENG", pageId = 7 }, 93);

    protected override Task<Either<RowFault, DryRunView>> RunAsync(ReadOnlyMemory<byte> body, DryRun run) =>
        Task.FromResult(RowReading.One<QueryResult>(body).Map(row =>
            run.ViewOf(SpaceDecisions.Plan([SpaceOutboxClient.ItemOf(row)]), _ => null)));
}
