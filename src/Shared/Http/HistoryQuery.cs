using FastEndpoints;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Http;

/// <summary>Which stretch of the past is meant.</summary>
public sealed class HistoryQuery
{
    [QueryParam]
    public string? Span { get; set; }

    public const string Description = "1h by the minute, 24h by half hours, 72h by 90 minutes; 1h where it is not given";

    /// <summary>Null where it is none; then the fields have the fault.</summary>
    public static HistorySpan? Read(QueryFields fields)
    {
        if (fields.Text("span") is not { } name) return fields.Fault is null ? HistorySpan.Hour : null;
        return HistorySpan.All.FirstOrDefault(s => s.Name == name)
            ?? fields.Refuse<HistorySpan>("span", $"must be one of {string.Join(", ", HistorySpan.All.Select(s => s.Name))}");
    }
}
