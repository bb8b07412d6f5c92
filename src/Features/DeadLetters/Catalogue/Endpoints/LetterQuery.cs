using FastEndpoints;
using Hobom.Slices.Http;

namespace Hobom.Slices.DeadLetters.Catalogue.Endpoints;

/// <summary>The parameters that choose letters, as the description of the API shows them; <see cref="QueryFields"/> reads them.</summary>
public class LetterQuery
{
    [QueryParam]
    public string? Category { get; set; }

    [QueryParam]
    public string? Class { get; set; }

    [QueryParam]
    public string? Text { get; set; }

    [QueryParam]
    public string? MinAge { get; set; }

    [QueryParam]
    public string? MaxAge { get; set; }

    [QueryParam]
    public string? ExpiresWithin { get; set; }

    [QueryParam]
    public string? State { get; set; }

    [QueryParam]
    public string? Group { get; set; }

    [QueryParam]
    public string? MinAttempts { get; set; }

    [QueryParam]
    public string? Code { get; set; }

    [QueryParam]
    public string? Kind { get; set; }

    internal static readonly IReadOnlyList<string> Names =
        ["category", "class", "text", "minAge", "maxAge", "expiresWithin", "state", "group", "minAttempts", "code", "kind"];

    internal static void Describe(EndpointSummary summary)
    {
        summary.Params["category"] = "menu, log, space, space-log, law";
        summary.Params["class"] = "transient, permanent, unknown or refused";
        summary.Params["text"] = "stands in the id or the error";
        summary.Params["minAge"] = "since the last failure, at least: 90s, 30m, 12h, 3d";
        summary.Params["maxAge"] = "since the last failure, at most";
        summary.Params["expiresWithin"] = "expires in that time";
        summary.Params["state"] = "provisional, open, claimed, unknown or discarded; all but discarded where it is not given";
        summary.Params["group"] = "a group's id";
        summary.Params["minAttempts"] = "tried so often, at least";
        summary.Params["code"] = "the last attempt's error code, such as Local_MsgTimedOut";
        summary.Params["kind"] = "what failed, in a word of the flow's own, such as timed-out";
    }
}

/// <summary>With a place in the list.</summary>
public sealed class LetterPageQuery : LetterQuery
{
    [QueryParam]
    public string? Header { get; set; }

    [QueryParam]
    public string? Newer { get; set; }

    [QueryParam]
    public string? Prefix { get; set; }

    [QueryParam]
    public string? Limit { get; set; }

    [QueryParam]
    public string? Cursor { get; set; }
}
