using System.Text.Json;
using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;

namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>Why a letter is no more. The names are stored and part of the API.</summary>
public enum LetterEnd
{
    /// <summary>Its time was over.</summary>
    Expired,

    /// <summary>It went before its time, while Redis was evicting keys: most likely one of those.</summary>
    Evicted,

    /// <summary>It went before its time: another program deleted it, or gave it a shorter life.</summary>
    Removed,

    /// <summary>A person put it aside and did not restore it.</summary>
    Discarded,
}

/// <summary>What is left of a letter that went undelivered. No payload, no header, no error text with values in it.</summary>
/// <param name="Cause">The error with ids, numbers and addresses taken out.</param>
/// <param name="ExpectedUntil">When it was to expire; null where it was held, or nobody knows.</param>
/// <param name="By">Who discarded it, and with what reason; else null.</param>
public sealed record Tombstone(
    string Key,
    string Category,
    string EventType,
    string Stage,
    [property: JsonConverter(typeof(CamelCaseName<FailureClass>))] FailureClass? Class,
    string Cause,
    [property: JsonConverter(typeof(CamelCaseName<LetterEnd>))] LetterEnd Why,
    DateTimeOffset? FirstFailedAt,
    DateTimeOffset? LastFailedAt,
    DateTimeOffset? ExpectedUntil,
    DateTimeOffset GoneAt,
    int Attempts,
    bool MaybeWritten,
    long PayloadBytes,
    string? PayloadSha256,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? By = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null)
{
    public static Tombstone Of(
        DeadLetterKey key, LetterSummary? summary, LetterEnd why, DateTimeOffset? expectedUntil, DateTimeOffset now) => new(
        key.Format(), key.Category.Name, summary?.EventType ?? "", summary?.Stage ?? "", summary?.Class,
        CauseFingerprint.Of(summary?.Unreadable ?? summary?.Reason ?? ""), why, summary?.FirstFailedAt, summary?.LastFailedAt,
        expectedUntil, now, summary?.Attempts ?? 0, summary?.MaybeWritten ?? true, summary?.PayloadBytes ?? 0,
        summary?.PayloadSha256, summary?.Discarded?.By, summary?.Discarded?.Reason);

    public byte[] Format() => JsonSerializer.SerializeToUtf8Bytes(this, KeptJson.Default.Tombstone);

    /// <returns>Null where it is of a form that this build cannot read.</returns>
    public static Tombstone? Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, KeptJson.Default.Tombstone);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
