using FastEndpoints;

namespace Hobom.Slices.Http;

/// <summary>The part of a list that is asked for.</summary>
/// <param name="Limit">How many entries at most.</param>
/// <param name="Cursor">Where the page before ended; null for the beginning.</param>
public sealed record PageRequest<T>(int Limit, T? Cursor)
    where T : struct;

/// <summary>How every list is read in pages: <c>limit</c>, and as <c>cursor</c> the answer's <c>next</c>.</summary>
public static class Paging
{
    public const int UsualLimit = 50;
    public const int MostLimit = 1000;

    const int CursorLengthLimit = 2048;

    /// <param name="parse">Null where the text is no cursor.</param>
    public static PageRequest<T> Page<T>(this QueryFields fields, Func<string, T?> parse)
        where T : struct =>
        new(fields.Number("limit", UsualLimit, MostLimit), fields.Parsed("cursor", CursorLengthLimit, parse, "is no cursor of this list"));

    public static void Describe(EndpointSummary summary)
    {
        summary.Params["limit"] = $"up to {MostLimit}; {UsualLimit} where it is not given";
        summary.Params["cursor"] = "the `next` of the page before";
    }
}
