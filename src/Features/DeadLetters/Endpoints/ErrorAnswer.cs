using System.Text.Json.Serialization;

namespace Hobom.Slices.DeadLetters.Endpoints;

/// <summary>Every refusal of these routes.</summary>
public sealed record ErrorAnswer(string Error)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? HeldBy { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? HeldSince { get; init; }
}
