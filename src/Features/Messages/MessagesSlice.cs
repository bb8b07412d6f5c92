using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Grpc;
using Hobom.Slices.Runtime.Outbox;

namespace Hobom.Slices.Messages;

/// <summary>MESSAGE: the main backend's outbox to <c>hobom.messages</c>, a record for each event.</summary>
public static class MessagesSlice
{
    public static Slice Build(SliceTools tools, GrpcBackend main)
    {
        var runner = tools.NewRunner(MessageDecisions.Route, MessageOutboxMarks.Of(main));
        var poller = new MessagesPoller(new MessageOutboxClient(main), runner, tools.Clock);
        return new Slice(
            "messages", MessageDecisions.Route, main.Address, tools.NewLoop("messages", MessageDecisions.Route, poller.VisitAsync), runner,
            id => id.Value, MessagePayloadCheck.Fault);
    }
}
