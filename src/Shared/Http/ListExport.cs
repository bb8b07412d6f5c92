using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hobom.Slices.Http;

/// <summary>What all exports of lists have in common.</summary>
public static class ListExport
{
    public const int LineLimit = 10_000;

    static readonly JsonSerializerOptions LeaveOutNulls =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static bool IsFormat(string? format) => format is "csv" or "json";

    public static ErrorAnswer BadFormat() => new("format must be csv or json") { Field = "format" };

    /// <summary>The choice as it stands in the audit.</summary>
    public static string SetOf<T>(T chosen) => JsonSerializer.Serialize(chosen, LeaveOutNulls);
}
