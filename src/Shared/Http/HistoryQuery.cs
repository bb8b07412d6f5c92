using FastEndpoints;
using Hobom.Slices.Runtime;
using LanguageExt;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http;

/// <summary>Which stretch of the past is meant.</summary>
public sealed class HistoryQuery
{
    [QueryParam]
    public string? Span { get; set; }

    public const string Description = "1h by the minute, 24h by half hours, 72h by 90 minutes; 1h where it is not given";

    /// <summary>The whole query: another parameter beside it is refused.</summary>
    public static Either<ErrorAnswer, HistorySpan> Read(IQueryCollection query)
    {
        var fields = new QueryFields(query);
        var span = fields.Text("span") is not { } name
            ? HistorySpan.Hour
            : HistorySpan.All.FirstOrDefault(s => s.Name == name)
                ?? fields.Refuse<HistorySpan>("span", $"must be one of {string.Join(", ", HistorySpan.All.Select(s => s.Name))}");
        return fields.End() is { } fault ? fault : span!;
    }
}
