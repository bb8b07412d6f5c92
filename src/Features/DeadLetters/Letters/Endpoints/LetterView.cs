using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Masking;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.Http.Masking;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>A dead letter as the API shows it. Times are UTC.</summary>
/// <param name="Stage">publish, decide, or a step of the slice's own.</param>
/// <param name="Class">transient, permanent, unknown or refused; null where the letter does not tell.</param>
/// <param name="Error">The last failure's message.</param>
/// <param name="State">provisional, open, claimed, unknown or discarded.</param>
/// <param name="MaybeWritten">Whether Kafka may have the record already.</param>
/// <param name="ExpiresAt">Null where it is held.</param>
public sealed record LetterView(
    string Key,
    string Category,
    string Id,
    string EventType,
    string Stage,
    string? Class,
    string Error,
    string Group,
    string State,
    bool MaybeWritten,
    int AttemptCount,
    long PayloadBytes,
    DateTimeOffset FirstFailedAt,
    DateTimeOffset LastFailedAt,
    DateTimeOffset? ExpiresAt,
    double? SecondsLeft,
    bool Held)
{
    /// <summary>What failed, in a word of the flow's own; left out where it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Kind { get; init; }

    /// <summary>Why no more than this is known of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Unreadable { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DiscardNote? Discarded { get; init; }

    /// <summary>Of the last attempt.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    /// <summary>What somebody did to it last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HistoryEntry? LastAction { get; init; }

    // What follows is told of a letter that is looked at by itself.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Topic { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RecordKey { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PayloadSha256 { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RecordHeader>? Headers { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AttemptRecord>? Attempts { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<HistoryEntry>? History { get; init; }

    /// <summary>Who replays it, or did when nobody saw the end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LetterClaim? Claim { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LetterEdit? Edit { get; init; }

    /// <summary>Where its trace can be looked at.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceUrl { get; init; }

    public static LetterView Of(CatalogueLetter letter, DateTimeOffset now) =>
        Of(letter.Key, letter.Summary, letter.Cause.GroupId, letter.ExpiresAt, now);

    /// <summary>With all that its record tells, or what of it is shown to all.</summary>
    public static LetterView Of(StoredLetter letter, DateTimeOffset now, bool masked)
    {
        var expiresAt = now + letter.TimeLeft;
        if (letter.Record is not RecordReading.Readable(var whole))
        {
            var unread = LetterSummary.OfUnreadable(LetterActions.WhyUnreadable(letter.Record), now, letter.Payload.Length);
            return Of(letter.Key, unread, LetterCause.Of(letter.Key.Category, unread).GroupId, expiresAt, now) with
            {
                PayloadSha256 = masked ? null : LetterEdits.Digest(letter.Payload.Span),
            };
        }

        var record = masked ? PayloadMask.MaskRecord(whole) : whole;
        var summary = LetterSummary.Of(whole);
        var group = LetterCause.Of(letter.Key.Category, summary with { Reason = TextMask.MaskText(summary.Reason) }).GroupId;
        var shown = summary with
        {
            Reason = record.Reason, Discarded = record.Discarded, Code = record.Attempts is [.., var last] ? last.Code : null,
        };
        return Of(letter.Key, shown, group, expiresAt, now) with
        {
            Topic = record.Topic,
            RecordKey = record.RecordKey,
            PayloadSha256 = record.PayloadSha256,
            Headers = record.Headers,
            Attempts = record.Attempts,
            History = record.History ?? [],
            Claim = record.Claim,
            Edit = record.Edit,
        };
    }

    static LetterView Of(DeadLetterKey key, LetterSummary summary, string group, DateTimeOffset? expiresAt, DateTimeOffset now) => new(
        key.Format(), key.Category.Name, key.Id, summary.EventType, summary.Stage, summary.Class?.ToString().ToLowerInvariant(),
        summary.Reason, group, summary.StateAt(now).ToString().ToLowerInvariant(), summary.MaybeWritten, summary.Attempts,
        summary.PayloadBytes, summary.FirstFailedAt, summary.LastFailedAt, expiresAt,
        expiresAt is { } at ? Math.Round((at - now).TotalSeconds, 1) : null,
        Held: expiresAt is null && summary.State != LetterState.Discarded)
    {
        Kind = summary.Kind,
        Unreadable = summary.Unreadable,
        Discarded = summary.Discarded,
        Code = summary.Code,
        LastAction = summary.LastAction,
    };
}
