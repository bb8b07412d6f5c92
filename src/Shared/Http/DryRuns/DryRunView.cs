using System.Text.Json.Serialization;
using Hobom.Slices.Core;

namespace Hobom.Slices.Http.DryRuns;

/// <summary>What would be published, and what would be refused; in the order in which a visit would do it.</summary>
/// <param name="At">As of when: times inside the records are taken from it.</param>
public sealed record DryRunView(DateTimeOffset At, IReadOnlyList<DryRunRecord> Records, IReadOnlyList<DryRunRefusal> Refused)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Masked { get; init; }

    /// <summary>Of a flow that puts several rows into a record.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DryRunLimits? Limits { get; init; }
}

/// <summary>One Kafka record.</summary>
/// <param name="ValueBytes">Of the value as it would go out, whatever is masked here.</param>
/// <param name="Events">The ids of those that it carries, in order.</param>
public sealed record DryRunRecord(
    string Topic, string Key, IReadOnlyList<RecordHeader> Headers, object Value, int ValueBytes, IReadOnlyList<string> Events)
{
    /// <summary>Why it carries one event alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Alone { get; init; }
}

/// <param name="EventId">Null where the row has none.</param>
/// <param name="LetterKey">Of the dead letter that it would become.</param>
public sealed record DryRunRefusal(string? EventId, string LetterKey, string Reason);

/// <param name="RecordBytes">The largest record, key and headers included.</param>
/// <param name="Events">The most that one record carries.</param>
public sealed record DryRunLimits(int RecordBytes, int Events);
