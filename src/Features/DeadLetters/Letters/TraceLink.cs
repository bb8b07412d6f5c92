using System.Diagnostics;
using Hobom.Slices.Core;

namespace Hobom.Slices.DeadLetters.Letters;

/// <summary>Where traces are looked at: an http or https address with <see cref="Mark"/> where a trace's id stands.</summary>
public sealed class TraceLink
{
    public const string Variable = "HOBOM_TRACE_URL";

    public const string Mark = "{traceId}";

    const string Nothing = "00000000000000000000000000000000";

    readonly string template;

    TraceLink(string template) => this.template = template;

    /// <summary>Nobody has said where.</summary>
    public static TraceLink None { get; } = new("");

    /// <returns>Null where the text is no such address.</returns>
    public static TraceLink? Parse(string text) =>
        text.Contains(Mark, StringComparison.Ordinal)
            && Uri.TryCreate(text.Replace(Mark, Nothing, StringComparison.Ordinal), UriKind.Absolute, out var address)
            && address is { Scheme: "http" or "https", UserInfo: "", Host.Length: > 0 }
            && address.Authority.IndexOf(Nothing, StringComparison.Ordinal) < 0
            ? new TraceLink(text)
            : null;

    /// <summary>Of the trace in which the letter first failed; null where it was not traced, or nobody has said where traces are.</summary>
    public string? Of(LetterRecord record)
    {
        if (template.Length == 0) return null;
        var parent = record.TraceParent ?? record.Headers.FirstOrDefault(h => h.Name == RecordHeader.TraceParent)?.Value;
        return ActivityContext.TryParse(parent, null, out var trace) && trace.TraceId != default
            ? new Uri(template.Replace(Mark, trace.TraceId.ToHexString(), StringComparison.Ordinal)).AbsoluteUri
            : null;
    }
}
