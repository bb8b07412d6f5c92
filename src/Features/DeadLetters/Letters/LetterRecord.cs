using System.Text.Json;
using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Repair;

namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>
/// What is known of a dead letter, stored beside its payload as JSON. The names are a contract with letters that
/// older and newer builds have written; members that this build does not know are kept as they are.
/// </summary>
/// <param name="V">The version of this form.</param>
/// <param name="EventId">Null of a row that has none.</param>
/// <param name="Headers">Of the record, but of its event ids only this letter's own.</param>
/// <param name="Attempts">Oldest first; of many, the first and the last ones.</param>
/// <param name="AttemptCount">How many there were, those left out included.</param>
/// <param name="MaybeWritten">Whether Kafka may have the record from any attempt, those left out included.</param>
/// <param name="PayloadSha256">Lower-case hexadecimal.</param>
/// <param name="Row">What is known of the outbox row: pending until its mark was seen to succeed.</param>
/// <param name="History">What people did to it, oldest first; null where nobody did anything.</param>
/// <param name="Discarded">Set while it is put aside.</param>
/// <param name="Earlier">What stood here before in a form that this build cannot read.</param>
public sealed record LetterRecord(
    int V,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? EventId,
    string EventType,
    string Category,
    string Topic,
    string RecordKey,
    IReadOnlyList<RecordHeader> Headers,
    string Stage,
    [property: JsonConverter(typeof(CamelCaseName<FailureClass>))] FailureClass Class,
    string Reason,
    IReadOnlyList<AttemptRecord> Attempts,
    int AttemptCount,
    bool MaybeWritten,
    DateTimeOffset FirstFailedAt,
    DateTimeOffset LastFailedAt,
    long PayloadBytes,
    string PayloadSha256,
    [property: JsonConverter(typeof(CamelCaseName<RowState>))] RowState Row,
    string? Earlier = null,
    IReadOnlyList<HistoryEntry>? History = null,
    DiscardNote? Discarded = null)
{
    public const int CurrentVersion = 1;

    /// <summary>Set while a replay has the letter, and where one ended without anybody seeing how.</summary>
    public LetterClaim? Claim { get; init; }

    /// <summary>W3C Trace Context of the work in which it first failed; null where that was not traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>What failed, in a word of the flow's own; null where it has none.</summary>
    public string? Kind { get; init; }

    /// <summary>Set while the payload is not the one that failed.</summary>
    public LetterEdit? Edit { get; init; }

    /// <summary>Members of a newer build. Settable for the JSON reader, which wants it so; not meant to be set.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>One failed try. Numbers run on through all visits.</summary>
public sealed record AttemptRecord(
    int Number,
    DateTimeOffset StartedAt,
    double TookMs,
    [property: JsonConverter(typeof(CamelCaseName<FailureClass>))] FailureClass Class,
    string Code,
    string Message,
    bool MaybeWritten);

public enum RowState
{
    Pending,
    Failed,
}

sealed class CamelCaseName<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LetterRecord))]
sealed partial class LetterRecordJson : JsonSerializerContext;

/// <summary>Of what is kept beside letters. Null is written down: what is missing was written by something else.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LetterSummary))]
[JsonSerializable(typeof(Tombstone))]
sealed partial class KeptJson : JsonSerializerContext;
