namespace Hobom.Slices.Links.Stores;

/// <summary>A filter as a condition on <c>integration_link</c>.</summary>
static class LinkConditions
{
    public static (string Where, (string, object?)[] Parameters) Where(LinkFilter filter)
    {
        var parameters = new List<(string, object?)>();
        var conditions = new List<string>();
        if (filter.Type is { } type)
        {
            conditions.Add("link_type = @type");
            parameters.Add(("@type", type.Word()));
        }

        if (filter.Either is { } either) conditions.Add($"(({EndIs("source", either, "e")}) or ({EndIs("target", either, "e")}))");
        if (filter.Source is not null || filter.Target is not null)
        {
            var there = Leads("source", "target");
            conditions.Add(filter.BothWays ? $"({there} or {Leads("target", "source")})" : there);
        }

        Add(filter.Either, "e");
        Add(filter.Source, "s");
        Add(filter.Target, "t");
        return (conditions.Count == 0 ? "true" : string.Join(" and ", conditions), [.. parameters]);

        string Leads(string from, string to) =>
            $"({string.Join(" and ", new[] { EndIs(from, filter.Source, "s"), EndIs(to, filter.Target, "t") }.Where(c => c.Length > 0))})";

        void Add(LinkEnd? end, string prefix)
        {
            if (end is null) return;
            parameters.Add(($"@{prefix}_module", end.Module));
            if (end.EntityType is not null) parameters.Add(($"@{prefix}_type", end.EntityType));
            if (end.EntityId is not null) parameters.Add(($"@{prefix}_id", end.EntityId));
        }
    }

    static string EndIs(string end, LinkEnd? wanted, string prefix) => wanted is null ? "" :
        $"{end}_module = @{prefix}_module"
        + (wanted.EntityType is null ? "" : $" and {end}_entity_type = @{prefix}_type")
        + (wanted.EntityId is null ? "" : $" and {end}_entity_id = @{prefix}_id");
}
