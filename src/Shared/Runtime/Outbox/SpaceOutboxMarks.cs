using Hobom.Slices.Protos.Outbox.Space;
using Hobom.Slices.Runtime.Grpc;

namespace Hobom.Slices.Runtime.Outbox;

/// <summary>Marks rows of the space backend's outbox: space events and space logs.</summary>
public static class SpaceOutboxMarks
{
    public static MarkPort Of(GrpcBackend backend)
    {
        var client = new PatchHoBomSpaceOutboxController.PatchHoBomSpaceOutboxControllerClient(backend.Channel);
        return new MarkPort(
            Sent: async id => MarkOutcomes.Of(await backend.CallAsync(
                client.PatchOutboxMarkAsSentUseCaseAsync, new MarkRequest { EventId = id.Value }, GrpcBackend.MarkDeadline)),
            Failed: async (id, reason) => MarkOutcomes.Of(await backend.CallAsync(
                client.PatchOutboxMarkAsFailedUseCaseAsync,
                new MarkFailedRequest { EventId = id.Value, ErrorMessage = MarkOutcomes.Shorten(reason) },
                GrpcBackend.MarkDeadline)));
    }
}
