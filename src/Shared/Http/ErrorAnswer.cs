using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.Http;

/// <summary>Every refusal of every route. What is null is left out.</summary>
/// <param name="Error">What was wrong, in words for a person.</param>
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

    /// <summary>Of a 403: the role that the caller lacks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Needs { get; init; }

    /// <summary>What the log's lines of the request are found by.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceId { get; init; }

    /// <summary>For what no route has answered: outside of routes, or where the route could not be entered.</summary>
    public static Task WriteAsync(HttpContext http, int status, string error) =>
        WriteAsync(http, status, new ErrorAnswer(error) { TraceId = http.TraceIdentifier });

    public static Task WriteAsync(HttpContext http, int status, ErrorAnswer answer)
    {
        http.Response.StatusCode = status;
        http.Response.ContentLength = null;
        return http.Response.WriteAsJsonAsync(answer);
    }
}
