using Hobom.Slices.Http.DryRuns;
using Hobom.Slices.Http.Pollers;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Messages.Endpoints;

public sealed class DryRunMessage(PollerControl pollers, TimeProvider clock)
    : DryRunEndpoint<DryRunView>(pollers, clock, MessagesSlice.Name)
{
    protected override string What => "The record that a row of the message outbox, given as JSON, would become.";

    protected override DryRunView Example => DryRunExamples.Of(
        MessageDecisions.Route, "0192f0c1", new { type = "MAIL_MESSAGE", title = "Welcome", body = "…", recipient = "a@example.org" }, 142);

    protected override Task<Either<RowFault, DryRunView>> RunAsync(ReadOnlyMemory<byte> body, DryRun run) =>
        Task.FromResult(RowReading.One<QueryResult>(body).Map(row =>
            run.ViewOf(MessageDecisions.Plan([MessageOutboxClient.ItemOf(row)], run.Now), _ => null)));
}
