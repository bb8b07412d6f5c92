using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Outbox;

public static class PendingIds
{
    /// <summary>Of a slice's own question for its pending rows, the ids alone.</summary>
    public static AskPending Of<TRow>(Func<CancellationToken, IAsyncEnumerable<Either<CallFailure, FoundRows<TRow>>>> find)
        where TRow : IPendingRow =>
        async stopping =>
        {
            var ids = new System.Collections.Generic.HashSet<EventId>();
            await foreach (var part in find(stopping))
            {
                if (!part.TryGetRight(out var found, out var failure)) return failure;
                ids.UnionWith(found.Rows.Select(r => r.EventId).OfType<EventId>());
            }

            return ids;
        };

    /// <summary>The same for an outbox that is read whole.</summary>
    public static AskPending Of<TRow>(Func<CancellationToken, Task<Either<CallFailure, IReadOnlyList<TRow>>>> find)
        where TRow : IPendingRow =>
        async stopping => (await find(stopping)).Map<IReadOnlySet<EventId>>(
            rows => rows.Select(r => r.EventId).OfType<EventId>().ToHashSet());
}
