using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Links.Stores;

/// <summary>Links in this process alone, gone with it. Bounded: full, it refuses before it stores.</summary>
/// <param name="gate">The events' own: a handler's writes are done under it, all at once.</param>
sealed class MemoryLinks(Lock gate, int limit, TimeProvider clock)
{
    public const int DefaultLimit = 100_000;

    readonly SortedDictionary<string, StoredLink> links = new(StringComparer.Ordinal);

    /// <summary>What a transaction wrote that is not committed, known by the list of its writes.</summary>
    readonly ConditionalWeakTable<ICollection<Action>, Pending> pending = [];

    public LinkStore AsStore() => Over(null);

    LinkStore Over(ICollection<Action>? writes) => new(
        (link, _) => Answer(() => Create(link, writes)),
        (filter, most, after, _) => Answer(() => Either<StoreFailure, IReadOnlyList<StoredLink>>.Right(
            [.. Seen(writes).Where(l => IsAfter(l, after) && filter.Fits(l.Link)).Take(most)])),
        (filter, _) => Answer(() => Either<StoreFailure, long>.Right(Seen(writes).LongCount(l => filter.Fits(l.Link)))),
        (id, _) => Answer(() => Either<StoreFailure, Option<StoredLink>>.Right(Find(id, writes))),
        (id, _) => Answer(() => Either<StoreFailure, Option<StoredLink>>.Right(Delete(id, writes))),
        transaction => Over(transaction.MemoryWrites));

    Either<StoreFailure, LinkCreation> Create(Link link, ICollection<Action>? writes)
    {
        var id = IdOf(link.Identity);
        if (Find(id, writes).Case is StoredLink known) return new LinkCreation(known, Existed: true);
        if (links.Count >= limit) return new StoreFailure($"the memory store holds {limit} links and takes no more");
        var now = clock.GetUtcNow();
        var made = new StoredLink(id, link, now, now);
        Write(writes, p => p.Changes[id.Value] = made, () => links.TryAdd(id.Value, made));
        return new LinkCreation(made, Existed: false);
    }

    Option<StoredLink> Delete(LinkId id, ICollection<Action>? writes)
    {
        var known = Find(id, writes);
        if (known.IsSome) Write(writes, p => p.Changes[id.Value] = null, () => links.Remove(id.Value));
        return known;
    }

    void Write(ICollection<Action>? writes, Action<Pending> note, Action apply)
    {
        if (writes is null)
        {
            apply();
            return;
        }

        note(pending.GetOrCreateValue(writes));
        writes.Add(apply);
    }

    Option<StoredLink> Find(LinkId id, ICollection<Action>? writes) =>
        writes is not null && pending.TryGetValue(writes, out var own) && own.Changes.TryGetValue(id.Value, out var changed)
            ? Prelude.Optional(changed)
            : links.TryGetValue(id.Value, out var link) ? link : default(Option<StoredLink>);

    IEnumerable<StoredLink> Seen(ICollection<Action>? writes) =>
        writes is null || !pending.TryGetValue(writes, out var own)
            ? links.Values
            : links.Values.Where(l => !own.Changes.ContainsKey(l.Id.Value)).Concat(own.Changes.Values.OfType<StoredLink>())
                .OrderBy(l => l.Id.Value, StringComparer.Ordinal);

    /// <summary>From the link alone: of two transactions that make the same link at once both were told the right id.</summary>
    static LinkId IdOf(LinkIdentity identity) =>
        new(new Guid(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(identity)).AsSpan(0, 16), bigEndian: true).ToString());

    static bool IsAfter(StoredLink link, LinkId? after) => after is not { } last || string.CompareOrdinal(link.Id.Value, last.Value) > 0;

    Task<Either<StoreFailure, T>> Answer<T>(Func<Either<StoreFailure, T>> work)
    {
        lock (gate) return Task.FromResult(work());
    }

    sealed class Pending
    {
        /// <summary>By id; null: removed.</summary>
        public Dictionary<string, StoredLink?> Changes { get; } = new(StringComparer.Ordinal);
    }
}
