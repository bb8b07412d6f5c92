using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Outbox;

public static class PendingIds
{
    /// <summary>Of a slice's own question for its pending rows, the ids alone.</summary>
    public static AskPending Of<TPayload>(Func<CancellationToken, Task<Either<CallFailure, IReadOnlyList<OutboxItem<TPayload>>>>> find)
        where TPayload : class =>
        async stopping => (await find(stopping)).Map<IReadOnlySet<EventId>>(
            rows => rows.Select(r => r.EventId).OfType<EventId>().ToHashSet());
}
