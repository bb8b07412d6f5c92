using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Runtime.Grpc;

namespace Hobom.Slices.Runtime.Outbox;

/// <summary>Marks rows of the main backend's outbox: messages, logs and law changes have one service for it.</summary>
public static class MessageOutboxMarks
{
    public static MarkPort Of(GrpcBackend backend)
    {
        var client = new PatchOutboxController.PatchOutboxControllerClient(backend.Channel);
        return new MarkPort(
            Sent: async id => MarkOutcomes.Of(await backend.CallAsync(
                client.PatchOutboxMarkAsSentUseCaseAsync, new MarkRequest { EventId = id.Value }, GrpcBackend.MarkDeadline)),
            Failed: async (id, reason) => MarkOutcomes.Of(await backend.CallAsync(
                client.PatchOutboxMarkAsFailedUseCaseAsync,
                new MarkFailedRequest { EventId = id.Value, ErrorMessage = MarkOutcomes.Shorten(reason) },
                GrpcBackend.MarkDeadline)));
    }
}
