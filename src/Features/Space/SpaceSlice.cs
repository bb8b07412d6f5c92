using Hobom.Slices.Protos.Outbox.Space;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Space;

/// <summary>SPACE_EVENT: the space backend's outbox to <c>hobom.space-events</c>, a record for each event.</summary>
public static class SpaceSlice
{
    /// <summary>In routes and log lines.</summary>
    public const string Name = "space";

    public static PayloadRules Payloads { get; } = new(SpacePayloadCheck.Fault, ReadRow, SpaceRecord.Shape.Shown, SpaceRecord.Shape.Shown);

    public static Slice Build(FlowDependencies tools, GrpcBackend space)
    {
        var claims = tools.NewClaims(Name, SpaceDecisions.Route, space);
        var runner = tools.NewRunner(Name, SpaceDecisions.Route, claims.Over(SpaceOutboxMarks.Of(space)));
        var outbox = new SpaceOutboxClient(space);
        var poller = new SpacePoller(outbox, claims, runner);
        return new Slice(
            Name, SpaceDecisions.Route, space.Address, tools.NewLoop(Name, SpaceDecisions.Route, claims.Around(poller.VisitAsync)), runner,
            id => id.Value, Payloads, PendingIds.Of(outbox.FindAllAsync))
        {
            AskBatch = claims.AskAsync,
        };
    }

    static Either<string, RowValue> ReadRow(ReadOnlyMemory<byte> text) =>
        from row in RowText.Parse<QueryResult>(text)
        from delivery in SpaceDecisions.Decide(SpaceOutboxClient.ItemOf(row)).MapLeft(refusal => refusal.Reason)
        select new RowValue(delivery.Events[0].Id, delivery.Value);
}
