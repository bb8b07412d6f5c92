using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime.Redis;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>What is kept beside a letter, and stays where the letter goes.</summary>
/// <param name="SummaryText">As it is stored; null where there is none.</param>
/// <param name="ExpectedAt">When it should expire; null where it is held, or nobody noted it.</param>
sealed record LetterTrace(IndexEntry Entry, byte[]? SummaryText, DateTimeOffset? ExpectedAt)
{
    public LetterSummary? Summary { get; } = SummaryText is null ? null : LetterSummary.Parse(SummaryText);
}

static class LetterTraces
{
    /// <summary>PTTL's answers where there is no key, and where it does not expire.</summary>
    public const long NoSuchKey = -2;
    const long Never = -1;

    public static async Task<IReadOnlyList<LetterTrace>> ReadAsync(IDatabase db, Category category, IReadOnlyList<IndexEntry> entries)
    {
        if (entries.Count == 0) return [];
        var summaries = db.HashGetAsync(LetterKeys.Summaries(category), [.. entries.Select(e => e.Member)]);
        var expected = RedisLetterIndex.ScoresAsync(db, LetterKeys.Expiry(category), [.. entries.Select(e => e.Member)]);
        await Task.WhenAll(summaries, expected);
        return [.. entries.Select((e, i) => new LetterTrace(e, (byte[]?)summaries.Result[i], TimeOf(expected.Result[i])))];
    }

    /// <summary>Rewrites what is not as the letter is: of an older build's letters, and of those that other programs touched.</summary>
    /// <param name="letters">With PTTL's answer of each.</param>
    public static async Task CorrectAsync(
        IDatabase db, IReadOnlyList<(LetterTrace Trace, long Left)> letters, DateTimeOffset now, TimeSpan tolerance)
    {
        var wrong = letters.Where(l => !HasSummary(l.Trace) || !IsExpected(l.Trace, l.Left, now, tolerance)).ToList();
        var summaries = await Task.WhenAll(
            wrong.Select(async l => HasSummary(l.Trace) ? null : await SummaryAsync(db, l.Trace.Entry)));
        await GuardedBatch.WriteAsync(
            db, [.. wrong.Zip(summaries, (letter, summary) => (Letter: letter, Summary: summary))],
            item =>
            {
                var ((trace, left), summary) = item;
                var expect = LetterWrites.Expect(trace.Entry.Key, LifeOf(left), now);
                return new GuardedWrite(
                    summary is null
                        ? [expect, LetterWrites.Announce(trace.Entry.Key, now)]
                        : [expect, .. LetterWrites.Summarize(trace.Entry.Key, summary, now)],
                    Guard.Exists(trace.Entry.Key.Format()));
            });
    }

    /// <summary>As the letter's record tells; of another writer's letter, what little there is to see.</summary>
    public static async Task<LetterSummary> SummaryAsync(IDatabase db, IndexEntry entry)
    {
        var record = db.StringGetAsync(LetterKeys.Record(entry.Key));
        var length = db.StringLengthAsync(entry.Key.Format());
        var foreign = await RedisReading.IsOfAnotherTypeAsync(length);
        var reading = await RedisReading.RecordAsync(record);
        if (!foreign && reading is RecordReading.Readable { Record: var known }) return LetterSummary.Of(known);
        return LetterSummary.OfUnreadable(
            foreign ? RedisReading.OtherType : LetterActions.WhyUnreadable(reading),
            TimeOf(entry.FailedAtMs) ?? DateTimeOffset.UnixEpoch, foreign ? 0 : await length);
    }

    public static DateTimeOffset? TimeOf(double? ms) =>
        ms is { } value && value > -60_000_000_000_000 && value < 250_000_000_000_000
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)value)
            : null;

    static TimeSpan? LifeOf(long left) => left == Never ? null : TimeSpan.FromMilliseconds(left);

    static bool HasSummary(LetterTrace trace) =>
        trace.Summary is { } summary && summary.LastFailedAt.ToUnixTimeMilliseconds() == (long)trace.Entry.FailedAtMs;

    static bool IsExpected(LetterTrace trace, long left, DateTimeOffset now, TimeSpan tolerance) =>
        left == Never
            ? trace.ExpectedAt is null
            : trace.ExpectedAt is { } expected && (expected - (now + LifeOf(left))!.Value).Duration() <= tolerance;
}
