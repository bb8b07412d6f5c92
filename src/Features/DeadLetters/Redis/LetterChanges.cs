using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>
/// What each decision about a letter writes. The guards here come beside the one that the letter's record is still as it
/// was read.
/// </summary>
static class LetterChanges
{
    public static GuardedWrite OfSave(DeadLetter letter, LetterRecord record, TimeSpan? life, DateTimeOffset now) => new(
    [
        RedisCommand.Set(letter.Key.Format(), letter.Payload, life),
        RedisCommand.Set(LetterKeys.Record(letter.Key), LetterRecordText.Format(record), life),
        .. LetterWrites.Index(letter.Key, record.LastFailedAt),
        LetterWrites.Expect(letter.Key, life, now),
        .. LetterWrites.Summarize(letter.Key, LetterSummary.Of(record), now),
        RedisCommand.Delete(LetterKeys.Original(letter.Key), LetterKeys.Discarded(letter.Key)),
        RedisCommand.Unrank(LetterKeys.Undo(letter.Key.Category), letter.Key.Id),
    ]);

    /// <summary>The record and nothing else, its time left included.</summary>
    public static GuardedWrite OfRecord(DeadLetterKey key, LetterRecord record, DateTimeOffset now) => new(
    [
        RedisCommand.Replace(LetterKeys.Record(key), LetterRecordText.Format(record)),
        .. LetterWrites.Index(key, record.LastFailedAt),
        .. LetterWrites.Summarize(key, LetterSummary.Of(record), now),
    ]);

    /// <param name="left">What the letter has to live as yet; null where it does not expire.</param>
    public static GuardedWrite OfClaim(DeadLetterKey key, LetterRecord record, TimeSpan? left, DateTimeOffset now)
    {
        var life = LetterClaims.LifeUnder(left);
        return new GuardedWrite(
            [
                RedisCommand.Set(LetterKeys.Record(key), LetterRecordText.Format(record), life),
                .. LetterWrites.Index(key, record.LastFailedAt),
                .. LetterWrites.Summarize(key, LetterSummary.Of(record), now),
                .. life > left
                    ?
                    [
                        RedisCommand.Live(key.Format(), life),
                        RedisCommand.Live(LetterKeys.Original(key), life),
                        LetterWrites.Expect(key, life, now),
                    ]
                    : Array.Empty<RedisCommand>(),
            ],
            Guard.Exists(key.Format()));
    }

    public static GuardedWrite OfEdit(DeadLetterKey key, EditPlan.Write plan, DateTimeOffset now) => new(
        [
            RedisCommand.Replace(key.Format(), plan.Payload),
            RedisCommand.Set(LetterKeys.Record(key), LetterRecordText.Format(plan.Record), plan.Life),
            .. plan.KeepOriginal is { } kept ? [RedisCommand.Set(LetterKeys.Original(key), kept, plan.Life)] : Array.Empty<RedisCommand>(),
            .. plan.ForgetOriginal ? [RedisCommand.Delete(LetterKeys.Original(key))] : Array.Empty<RedisCommand>(),
            .. LetterWrites.Index(key, plan.Record.LastFailedAt),
            .. LetterWrites.Summarize(key, LetterSummary.Of(plan.Record), now),
        ],
        Guard.Exists(key.Format()));

    public static GuardedWrite OfAction(DeadLetterKey key, LetterAction action, LetterPlan.Write plan, DateTimeOffset now)
    {
        var (here, aside) = (key.Format(), LetterKeys.Discarded(key));
        return action switch
        {
            LetterAction.Discard => new GuardedWrite(
                [
                    RedisCommand.Rename(here, aside),
                    .. OfAction(key, aside, plan, now),
                    RedisCommand.Unrank(LetterKeys.Index(key.Category), key.Id),
                    LetterWrites.Expect(key, null, now),
                    RedisCommand.Rank(LetterKeys.Undo(key.Category), key.Id, plan.Summary.Discarded!.Until.ToUnixTimeMilliseconds()),
                ],
                Guard.Exists(here)),
            LetterAction.Restore => new GuardedWrite(
                [
                    RedisCommand.Rename(aside, here),
                    .. OfAction(key, here, plan, now),
                    RedisCommand.Unrank(LetterKeys.Undo(key.Category), key.Id),
                    .. LetterWrites.Index(key, plan.Summary.LastFailedAt),
                    LetterWrites.Expect(key, plan.Life, now),
                ],
                Guard.Exists(aside), Guard.Missing(here)),
            LetterAction.Hold or LetterAction.Extend or LetterAction.Release => new GuardedWrite(
                [.. OfAction(key, here, plan, now), LetterWrites.Expect(key, plan.Life, now)], Guard.Exists(here)),
            _ => throw new UnreachableException($"{action}"),
        };
    }

    static IEnumerable<RedisCommand> OfAction(DeadLetterKey key, string payload, LetterPlan.Write plan, DateTimeOffset now) =>
    [
        RedisCommand.Live(payload, plan.Life),
        RedisCommand.Live(LetterKeys.Original(key), plan.Life),
        plan.Record is { } record
            ? RedisCommand.Set(LetterKeys.Record(key), LetterRecordText.Format(record), plan.Life)
            : RedisCommand.Live(LetterKeys.Record(key), plan.Life),
        .. LetterWrites.Summarize(key, plan.Summary, now),
    ];
}
