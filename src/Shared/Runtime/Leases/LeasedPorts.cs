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

    /// <param name="page">The rows that a visit has claimed; null where the outbox has no such thing.</param>
    public static Publish Under(this PublishIf publish, FlowLeases leases, PagePort? page = null) =>
        (delivery, possibleDuplicate) => publish(
            delivery, possibleDuplicate,
            () => (leases.Fault(IdsOf(delivery), leases.Times.Publish)?.Message ?? page?.Fault(delivery, leases.Times.Publish)) is { } fault
                ? new PublishFailure.Stopping(NotHeldCode, fault)
                : null);

    public static MarkPort Under(this MarkPort marks, FlowLeases leases) => marks with
    {
        Failed = (id, reason) => leases.Of(id).Fault(GrpcBackend.MarkDeadline) is { } fault
            ? Task.FromResult<Either<CallFailure, MarkOutcome>>(new CallFailure(CallFailureKind.Cancelled, fault.Message))
            : marks.Failed(id, reason),
        Page = marks.Page?.Under(leases),
    };

    /// <summary>Where the lease is short, those that are FAILED stay behind, and the others go.</summary>
    static PagePort Under(this PagePort page, FlowLeases leases) => page with
    {
        Mark = async marks =>
        {
            if (leases.Fault(marks.Select(m => m.Id), GrpcBackend.MarkDeadline) is not { } fault || marks.All(m => m.Failed is null))
                return await page.Mark(marks);
            PageMark[] sent = [.. marks.Where(m => m.Failed is null)];
            if (sent.Length == 0) return new CallFailure(CallFailureKind.Cancelled, fault.Message);
            return (await page.Mark(sent)).Map<IReadOnlyList<Either<CallFailure, MarkOutcome>>>(ends =>
            {
                var next = 0;
                return [.. marks.Select(m => m.Failed is null ? ends[next++] : new CallFailure(CallFailureKind.Cancelled, fault.Message))];
            });
        },
    };

    public static LetterPort Under(this LetterPort letters, FlowLeases leases) => letters with
    {
        Save = letter => leases.Of(letter.Key).Fault(GrpcBackend.MarkDeadline) is { } fault
            ? Task.FromResult<Either<StoreFailure, Unit>>(fault)
            : letters.Save(letter),
    };

    static IEnumerable<EventId> IdsOf(Delivery delivery) => delivery.Events.Select(e => e.Id);
}
