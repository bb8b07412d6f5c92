using System.Text;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;

namespace Hobom.Slices.Audit;

/// <summary>Which entries are meant; what is null does not restrict.</summary>
public sealed record AuditFilter(string? Actor = null, string? Action = null, string? Key = null)
{
    public bool Matches(AuditEntry entry) =>
        (Actor is null || entry.Actor == Actor)
        && (Action is null || entry.Action == Action)
        && (Key is null || entry.Keys.Contains(Key, StringComparer.Ordinal));
}

/// <param name="Next">Where older entries go on; null at the end.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, string? Next);

/// <summary>
/// Every human action in the stream <c>dlqx:audit</c>, only ever appended to, each entry chained to the one before it;
/// <c>dlqx:audit:head</c> keeps the newest hash. Entries that wait while others are written go together.
/// </summary>
public sealed class RedisAuditLog
{
    /// <summary>A stream, append-only and without expiry: an <see cref="AuditEntry"/> an entry, with its hashes.</summary>
    public const string StreamKey = "dlqx:audit";

    /// <summary>A string: the hash of the newest entry.</summary>
    public const string HeadKey = "dlqx:audit:head";

    /// <summary>Entries that one request may look through; the answer's cursor goes on from there.</summary>
    const int ScanLimit = 20 * StreamPage.SizeLimit;

    readonly RedisConnection redis;
    readonly BatchedWrites<Link> appending;

    public RedisAuditLog(RedisConnection redis)
    {
        this.redis = redis;
        appending = new BatchedWrites<Link>(WriteAsync);
    }

    /// <returns>The entry's hash.</returns>
    public async Task<Either<StoreFailure, string>> AppendAsync(AuditEntry entry)
    {
        var link = new Link(JsonSerializer.SerializeToUtf8Bytes(entry, AuditJson.Default.AuditEntry));
        return (await appending.Write([link])).Map(_ => link.Hash);
    }

    /// <summary>Walks through all there is.</summary>
    public async Task<Either<StoreFailure, AuditCheck>> CheckAsync(CancellationToken ending)
    {
        if (!(await redis.RunAsync(db => db.StringGetAsync(HeadKey))).TryGetRight(out var head, out var failure)) return failure;
        var chain = new AuditChain((string?)head);
        StreamCursor? before = null;
        do
        {
            ending.ThrowIfCancellationRequested();
            var from = before;
            var read = await redis.RunAsync(db => StreamPage.NewestFirstAsync(db, StreamKey, from));
            if (!read.TryGetRight(out var page, out failure)) return failure;
            foreach (var entry in page) chain.Add(ChainedOf(entry));
            before = page.Count < StreamPage.SizeLimit ? null : page[^1].At;
        }
        while (before is not null && chain.Fault is null);

        return chain.End();
    }

    /// <summary>The newest first.</summary>
    /// <param name="cursor">A page's <see cref="AuditPage.Next"/>; null for the newest.</param>
    public Task<Either<StoreFailure, AuditPage>> PageAsync(AuditFilter filter, int limit, StreamCursor? cursor) =>
        redis.RunAsync(
            async db =>
            {
                var (found, next) = await StreamPage.SelectAsync(
                    db, StreamKey, cursor, limit, ScanLimit,
                    text => Parse(text) is { } entry && filter.Matches(entry) ? entry : null);
                return new AuditPage(found, next);
            },
            TimeSpan.FromSeconds(10));

    Task<Either<StoreFailure, Unit>> WriteAsync(IReadOnlyList<Link> links) =>
        redis.CompareAndWriteAsync(
            "the audit", db => db.StringGetAsync(HeadKey),
            seen =>
            {
                var head = seen.IsNull ? AuditChain.Start : (string)seen!;
                foreach (var link in links) head = link.After(head);
                return (Unit.Default, new GuardedWrite(
                    [
                        .. links.Select(l => RedisCommand.Append(StreamKey, "e", l.Text, "p", l.Previous, "h", l.Hash)),
                        RedisCommand.Set(HeadKey, head, null),
                    ],
                    Guard.Unchanged(HeadKey, seen)));
            });

    static ChainedEntry ChainedOf(StreamEntryFields entry) => new(
        entry.At, entry.First, TextOf(entry.Named("p")), TextOf(entry.Named("h")));

    static string? TextOf(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    static AuditEntry? Parse(byte[] text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AuditJson.Default.AuditEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>An entry on its way into the chain.</summary>
    sealed class Link(byte[] text)
    {
        public byte[] Text => text;

        public string Previous { get; private set; } = AuditChain.Start;

        public string Hash { get; private set; } = "";

        /// <summary>Puts it there; returns the chain's new head.</summary>
        public string After(string head)
        {
            (Previous, Hash) = (head, AuditChain.HashOf(head, text));
            return Hash;
        }
    }
}
