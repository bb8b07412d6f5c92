using FastEndpoints;
using Hobom.Slices.Http;

namespace Hobom.Slices.Links.Endpoints;

/// <summary>A filter of links as query parameters.</summary>
static class LinkQuery
{
    /// <summary>As much of the alphabet and the length as an id can have.</summary>
    const int CursorLengthLimit = 255;

    public static LinkFilter Filter(this QueryFields fields)
    {
        var source = End(fields, "source_");
        var target = End(fields, "target_");
        var either = End(fields, "");
        var bothWays = fields.Text("both_ways") switch
        {
            null or "false" => false,
            "true" => true,
            _ => fields.Refuse<bool>("both_ways", "must be true or false"),
        };
        if (bothWays && (source is null || target is null)) fields.Refuse<bool>("both_ways", "wants a source and a target");
        LinkType? type = fields.Text("link_type") is not { } word ? null
            : LinkTypes.Of(word)
                ?? fields.Refuse<LinkType?>("link_type", $"must be one of {string.Join(", ", LinkTypes.All.Select(t => t.Word()))}");
        return new LinkFilter(source, target, either, type, bothWays);
    }

    public static LinkId? Cursor(string text) => text.Length <= CursorLengthLimit ? new LinkId(text) : null;

    public static void Describe(EndpointSummary summary)
    {
        ReadOnlySpan<(string, string)> ends =
            [("source_", "where it leads from"), ("target_", "where it leads to"), ("", "at either end")];
        foreach (var (prefix, what) in ends)
        {
            summary.Params[$"{prefix}module"] = $"A module, {what}";
            summary.Params[$"{prefix}entity_type"] = "A type of its entities";
            summary.Params[$"{prefix}entity_id"] = "One of them";
        }

        summary.Params["link_type"] = "reference, cascade or aggregate_root";
        summary.Params["both_ways"] = "true: with a source and a target, whichever way it leads between them";
    }

    static LinkEnd? End(QueryFields fields, string prefix)
    {
        var (module, type, id) = (fields.Text(prefix + "module"), fields.Text(prefix + "entity_type"), fields.Text(prefix + "entity_id"));
        if (type is not null && module is null) fields.Refuse<bool>(prefix + "entity_type", $"wants {prefix}module beside it");
        if (id is not null && type is null) fields.Refuse<bool>(prefix + "entity_id", $"wants {prefix}entity_type beside it");
        return module is null ? null : new LinkEnd(module, type, id);
    }
}
