using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Grpc;
using LanguageExt;

namespace Hobom.Slices.Runtime.Leases;

/// <summary>
/// Ports that do what only the flow's holder may do, while it surely is the holder: publish, store a letter, mark FAILED.
/// That an event was delivered is true whoever says it: SENT, and the end of its letter, ask nobody.
/// </summary>
public static class LeasedPorts
{
    /// <summary>The code of a publish that did not begin.</summary>
    public const string NotHeldCode = "NotHeld";

    public static Publish Under(this PublishIf publish, FlowLease lease) =>
        (delivery, possibleDuplicate) => publish(
            delivery, possibleDuplicate,
            () => lease.Fault(lease.Times.Publish) is { } fault ? new PublishFailure.Stopping(NotHeldCode, fault.Message) : null);

    public static MarkPort Under(this MarkPort marks, FlowLease lease) => marks with
    {
        Failed = (id, reason) => lease.Fault(GrpcBackend.MarkDeadline) is { } fault
            ? Task.FromResult<Either<CallFailure, MarkOutcome>>(new CallFailure(CallFailureKind.Cancelled, fault.Message))
            : marks.Failed(id, reason),
    };

    public static LetterPort Under(this LetterPort letters, FlowLease lease) => letters with
    {
        Save = letter => lease.Fault(GrpcBackend.MarkDeadline) is { } fault
            ? Task.FromResult<Either<StoreFailure, Unit>>(fault)
            : letters.Save(letter),
    };
}
