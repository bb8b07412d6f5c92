using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>Rows as JSON: a member for each column, with the value that the database gets.</summary>
sealed class RowJson(Visibility visibility)
{
    const string Hidden = "***";

    /// <summary>As the context has loaded them; what it was only told of, it takes for what was there.</summary>
    public JsonObject Old(IReadOnlyList<RowPart> parts) => Row(
        parts, p => p.State is not EntityState.Added, isNew: false, RowSource.Original);

    /// <summary>After the save: what the database generated is there.</summary>
    public JsonObject New(IReadOnlyList<RowPart> parts) => Row(
        parts, p => p.State is not EntityState.Deleted, isNew: true, RowSource.Current);

    public static IEnumerable<(string Column, JsonNode? Value)> Key(EntityEntry entry) =>
        Key(entry.Metadata, p => entry.CurrentValues[(IProperty)p]);

    public static IEnumerable<(string Column, JsonNode? Value)> Key(IEntityType type, Func<IPropertyBase, object?> value) =>
        (type.FindPrimaryKey()?.Properties ?? []).Select(p => (ColumnOf(p), CellJson.OfColumn(p, value(p))));

    /// <summary>An entity's own columns, as a query has just read them; what it owns, or has in JSON columns, is made later.</summary>
    public JsonObject Read(IEntityType type, RowSource source)
    {
        var row = new JsonObject();
        Fill(row, type, source, visibility.Of(type), inJson: false);
        return row;
    }

    /// <summary>A table's own name, as the database has it.</summary>
    public static (string Schema, string Table) TableOf(DbContext context, IReadOnlyEntityType type) => (
        type.GetSchema() ?? (IsSqlite(context) ? "main" : "public"),
        type.GetTableName() ?? type.GetViewName() ?? type.ShortName());

    static bool IsSqlite(DbContext context) => context.Database.ProviderName?.Contains("Sqlite", StringComparison.Ordinal) is true;

    JsonObject Row(IReadOnlyList<RowPart> parts, Func<RowPart, bool> isThere, bool isNew, Func<EntityEntry, RowSource> source)
    {
        var row = new JsonObject();
        var root = parts[0].Entry;
        var places = new JsonPlaces(root, row, isNew);
        foreach (var part in parts.Where(isThere).Select(p => p.Entry))
        {
            var shown = visibility.Of(part.Metadata);
            if (shown is Showing.LeftOut) continue;
            var place = ReferenceEquals(part, root) ? row : places.Add(part);
            Fill(place, part.Metadata, source(part), shown, part.Metadata.IsMappedToJson());
        }

        return row;
    }

    /// <param name="source">Null: the type's columns are those of something that is null.</param>
    /// <param name="within">Of what the type's values lie in.</param>
    void Fill(JsonObject place, ITypeBase type, RowSource? source, Showing within, bool inJson)
    {
        foreach (var property in type.GetProperties().Where(p => !IsOwnersKey(type, p)))
        {
            var shown = visibility.Of(property, within);
            if (shown is Showing.LeftOut) continue;
            var given = source is null ? null
                : inJson ? CellJson.OfMember(property, source.Value(property))
                : CellJson.OfColumn(property, source.Value(property));
            place[inJson ? property.GetJsonPropertyName() ?? property.Name : ColumnOf(property)] =
                given is not null && shown is Showing.Masked ? Hidden : given;
        }

        foreach (var complex in type.GetComplexProperties())
        {
            var shown = visibility.Of(complex, within);
            if (shown is Showing.LeftOut) continue;
            if (!inJson && !complex.ComplexType.IsMappedToJson())
                Fill(place, complex.ComplexType, source?.Part(complex), shown, inJson: false);
            else if (source is null or { HasJson: true })
                place[NameOf(complex, inJson)] = source is null ? null : Nested(complex, source, shown);
        }
    }

    JsonNode? Nested(IComplexProperty complex, RowSource source, Showing shown)
    {
        if (!complex.IsCollection) return Inner(source.Part(complex));
        return source.List(complex) is { } list ? new JsonArray([.. list.Select(Inner)]) : null;

        JsonObject? Inner(RowSource? part)
        {
            if (part is null) return null;
            var inner = new JsonObject();
            Fill(inner, complex.ComplexType, part, shown, inJson: true);
            return inner;
        }
    }

    static string NameOf(IComplexProperty complex, bool inJson) =>
        inJson ? complex.GetJsonPropertyName() ?? complex.Name : complex.ComplexType.GetContainerColumnName()!;

    /// <summary>Of an owned part: it is the owner's key once more, or the place in a JSON array.</summary>
    static bool IsOwnersKey(IReadOnlyTypeBase type, IReadOnlyProperty property) =>
        type is IReadOnlyEntityType entity && RowCapture.IsPartOfOwner(entity) && property.IsPrimaryKey()
        && (property.IsForeignKey() || property.IsShadowProperty());

    static string ColumnOf(IReadOnlyProperty property) =>
        StoreObjectIdentifier.Create(property.DeclaringType.ContainingEntityType, StoreObjectType.Table) is { } table
            ? property.GetColumnName(table) ?? property.GetColumnName()
            : property.GetColumnName();
}
