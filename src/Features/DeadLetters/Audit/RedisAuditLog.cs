using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters;

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

/// <summary>Every human action in the stream <c>dlqx:audit</c>. It is only ever appended to.</summary>
public sealed class RedisAuditLog(RedisConnection redis)
{
    /// <summary>Entries that one request may look through; the answer's cursor goes on from there.</summary>
    const int ScanLimit = 20 * StreamPage.SizeLimit;

    public async Task<Either<StoreFailure, Unit>> AppendAsync(AuditEntry entry)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(entry, KeptJson.Default.AuditEntry);
        var added = await redis.RunAsync(db => db.ExecuteAsync("XADD", (RedisKey)LetterKeys.Audit, "*", "e", text));
        return added.Map(_ => Unit.Default);
    }

    /// <summary>The newest first.</summary>
    /// <param name="cursor">A page's <see cref="AuditPage.Next"/>; null for the newest.</param>
    public Task<Either<StoreFailure, AuditPage>> PageAsync(AuditFilter filter, int limit, StreamCursor? cursor) =>
        redis.RunAsync(
            async db =>
            {
                var (found, next) = await StreamPage.SelectAsync(
                    db, LetterKeys.Audit, cursor, limit, ScanLimit,
                    text => Parse(text) is { } entry && filter.Matches(entry) ? entry : null);
                return new AuditPage(found, next);
            },
            TimeSpan.FromSeconds(10));

    static AuditEntry? Parse(byte[] text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, KeptJson.Default.AuditEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
