using System.Text.Json.Serialization;

namespace Hobom.Slices.DeadLetters.Endpoints;

/// <summary>Every refusal of these routes.</summary>
public sealed record ErrorAnswer(string Error)
{
    /// <summary>Of a 400: the parameter or the member of the body that is at fault.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }

    /// <summary>Of a text that is no JSON: from 1, the position in bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Line { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Position { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HeldBy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? HeldSince { get; init; }
}
