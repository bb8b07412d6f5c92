using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>Rows as JSON: a member for each column, with the value that the database gets.</summary>
sealed class RowJson(OutboxCaptureOptions options)
{
    const string Hidden = "***";

    public JsonObject Old(IReadOnlyList<RowPart> parts) => Row(
        parts, p => p.State is not EntityState.Added, isNew: false, (entry, property) => entry.OriginalValues[property]);

    /// <summary>After the save: what the database generated is there.</summary>
    public JsonObject New(IReadOnlyList<RowPart> parts) => Row(
        parts, p => p.State is not EntityState.Deleted, isNew: true, (entry, property) => entry.CurrentValues[property]);

    public static IEnumerable<(string Column, JsonNode? Value)> Key(EntityEntry entry) =>
        Key(entry.Metadata, p => entry.CurrentValues[(IProperty)p]);

    public static IEnumerable<(string Column, JsonNode? Value)> Key(IEntityType type, Func<IPropertyBase, object?> value) =>
        (type.FindPrimaryKey()?.Properties ?? []).Select(p => (ColumnOf(p), ValueOf(p, value(p))));

    /// <summary>An entity's own columns, as a query has just read them; what it owns is made later, and is not among them.</summary>
    public JsonObject Read(IEntityType type, Func<IPropertyBase, object?> value)
    {
        var row = new JsonObject();
        foreach (var property in type.GetProperties().Where(p => !options.Leaves(Checked(p, p.PropertyInfo))))
        {
            var given = ValueOf(property, value(property));
            row[ColumnOf(property)] = given is not null && options.Masks(Checked(property, property.PropertyInfo)) ? Hidden : given;
        }

        return row;
    }

    /// <summary>A table's own name, as the database has it.</summary>
    public static (string Schema, string Table) TableOf(DbContext context, IReadOnlyEntityType type) => (
        type.GetSchema() ?? (IsSqlite(context) ? "main" : "public"),
        type.GetTableName() ?? type.GetViewName() ?? type.ShortName());

    static bool IsSqlite(DbContext context) => context.Database.ProviderName?.Contains("Sqlite", StringComparison.Ordinal) is true;

    JsonObject Row(
        IReadOnlyList<RowPart> parts, Func<RowPart, bool> isThere, bool isNew, Func<EntityEntry, IProperty, object?> value)
    {
        var row = new JsonObject();
        var places = new JsonPlaces(parts[0].Entry, row, isNew);
        foreach (var part in parts.Where(isThere))
        {
            var place = ReferenceEquals(part.Entry, parts[0].Entry) ? row : places.Add(part.Entry);
            foreach (var property in part.Entry.Metadata.GetFlattenedProperties().Cast<IProperty>())
            {
                if (IsOwnersKey(part.Entry.Metadata, property) || options.Leaves(Checked(property, property.PropertyInfo))) continue;
                var name = part.Entry.Metadata.IsMappedToJson() ? property.GetJsonPropertyName() ?? property.Name : ColumnOf(property);
                var given = ValueOf(property, value(part.Entry, property));
                place[name] = given is not null && options.Masks(Checked(property, property.PropertyInfo)) ? Hidden : given;
            }
        }

        return row;
    }

    /// <summary>Of an owned part: it is the owner's key once more, or the place in a JSON array.</summary>
    static bool IsOwnersKey(IReadOnlyEntityType type, IReadOnlyProperty property) =>
        RowCapture.IsPartOfOwner(type) && property.IsPrimaryKey() && (property.IsForeignKey() || property.IsShadowProperty());

    System.Reflection.PropertyInfo? Checked(IReadOnlyProperty property, System.Reflection.PropertyInfo? member) =>
        property.IsPrimaryKey() && (options.Leaves(member) || options.Masks(member))
            ? throw new InvalidOperationException(
                $"{property.DeclaringType.ShortName()}.{property.Name} is a key: events cannot go without it")
            : member;

    static string ColumnOf(IReadOnlyProperty property) =>
        StoreObjectIdentifier.Create(property.DeclaringType.ContainingEntityType, StoreObjectType.Table) is { } table
            ? property.GetColumnName(table) ?? property.GetColumnName()
            : property.GetColumnName();

    static JsonNode? ValueOf(IProperty property, object? value)
    {
        var mapping = property.GetTypeMapping();
        return Node(value is null || mapping.Converter is not { } converter ? value : converter.ConvertToProvider(value));
    }

    static JsonNode? Node(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        double number when !double.IsFinite(number) => JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)),
        float number when !float.IsFinite(number) => JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)),
        Enum word => JsonNode.Parse(Convert.ToInt64(word, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)),
        JsonDocument document => JsonNode.Parse(document.RootElement.GetRawText()),
        _ => JsonSerializer.SerializeToNode(value, value.GetType()),
    };
}
