using System.Text.Json;
using System.Text.Json.Serialization;
using Hobom.Slices.Core;

namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>
/// The little of a letter that lists, groups and tombstones need; stored as JSON, a contract with other builds. It
/// has no payload and no headers, and outlives the letter until its tombstone is written.
/// </summary>
/// <param name="Class">Null where the letter does not tell.</param>
/// <param name="Unreadable">Why nothing but the payload, if that, can be shown; else null.</param>
/// <param name="PayloadSha256">Null of letters that other programs wrote.</param>
public sealed record LetterSummary(
    int V,
    string EventType,
    string Stage,
    [property: JsonConverter(typeof(CamelCaseName<FailureClass>))] FailureClass? Class,
    string Reason,
    [property: JsonConverter(typeof(CamelCaseName<LetterState>))] LetterState State,
    DateTimeOffset FirstFailedAt,
    DateTimeOffset LastFailedAt,
    int Attempts,
    bool MaybeWritten,
    long PayloadBytes,
    string? PayloadSha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Unreadable = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DiscardNote? Discarded = null)
{
    public const int CurrentVersion = 1;

    /// <summary>Of a claimed letter: so long its replay is taken to be under way.</summary>
    public DateTimeOffset? ClaimedUntil { get; init; }

    /// <summary>What failed, in a word of the flow's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Kind { get; init; }

    /// <summary>Of the last attempt; null where there was none, or another build wrote the letter.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>What somebody did to it last, without the note; null where nobody did anything.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HistoryEntry? LastAction { get; init; }

    /// <summary>The record's key where it is not the letter's own id, so that others may have it too; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SharedKey { get; init; }

    const int ReasonLimit = 300;

    public static LetterSummary Of(LetterRecord record) => new(
        CurrentVersion, record.EventType, record.Stage, record.Class,
        record.Reason.Length <= ReasonLimit ? record.Reason : record.Reason[..ReasonLimit] + "…",
        LetterStates.Of(record), record.FirstFailedAt, record.LastFailedAt, record.AttemptCount, record.MaybeWritten,
        record.PayloadBytes, record.PayloadSha256, Discarded: record.Discarded)
    {
        ClaimedUntil = record.Claim is { Ended: null } claim ? claim.Until : null,
        Code = record.Attempts is [.., var last] ? last.Code : null,
        LastAction = record.History is [.., var entry] ? entry with { Note = null } : null,
        SharedKey = record.RecordKey is { Length: > 0 } key && key != record.EventId ? key : null,
        Kind = record.Kind,
    };

    public LetterState StateAt(DateTimeOffset now) =>
        State is LetterState.Claimed && ClaimedUntil <= now ? LetterState.Unknown : State;

    /// <summary>Of a letter without a record that can be read. Whether Kafka has it, nobody knows.</summary>
    public static LetterSummary OfUnreadable(string why, DateTimeOffset failedAt, long payloadBytes) => new(
        CurrentVersion, "", "", null, "", LetterState.Open, failedAt, failedAt, 0, MaybeWritten: true, payloadBytes, null, why);

    public byte[] Format() => JsonSerializer.SerializeToUtf8Bytes(this, KeptJson.Default.LetterSummary);

    /// <returns>Null where the text is of another version, or no summary at all.</returns>
    public static LetterSummary? Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, KeptJson.Default.LetterSummary) is { V: CurrentVersion } summary
                ? summary
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
