using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Messages;

/// <summary>MESSAGE: the main backend's outbox to <c>hobom.messages</c>, a record for each event.</summary>
public static class MessagesSlice
{
    /// <summary>In routes and log lines.</summary>
    public const string Name = "messages";

    public static Slice Build(FlowDependencies tools, GrpcBackend main)
    {
        var claims = tools.NewClaims(Name, MessageDecisions.Route, main);
        var runner = tools.NewRunner(Name, MessageDecisions.Route, claims.Over(MessageOutboxMarks.Of(main)));
        var outbox = new MessageOutboxClient(main);
        var poller = new MessagesPoller(outbox, claims, runner, tools.Clock);
        return new Slice(
            Name, MessageDecisions.Route, main.Address,
            tools.NewLoop(Name, MessageDecisions.Route, claims.Around(poller.VisitAsync)), runner,
            id => id.Value, Payloads(tools.Clock), PendingIds.Of(outbox.FindAllAsync))
        {
            AskBatch = claims.AskAsync,
        };
    }

    public static PayloadRules Payloads(TimeProvider clock) => new(
        MessagePayloadCheck.Fault, row => ReadRow(row, clock.GetUtcNow()), MessageRecord.Shape.Shown, MessageRecord.Shape.Shown);

    static Either<string, RowValue> ReadRow(ReadOnlyMemory<byte> text, DateTimeOffset now) =>
        from row in RowText.Parse<QueryResult>(text)
        from delivery in MessageDecisions.Decide(MessageOutboxClient.ItemOf(row), now).MapLeft(refusal => refusal.Reason)
        select new RowValue(delivery.Events[0].Id, delivery.Value);
}
