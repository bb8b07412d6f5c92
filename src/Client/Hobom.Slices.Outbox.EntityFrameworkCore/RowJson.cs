using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
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
        var mapping = property.GetRelationalTypeMapping();
        var given = value is null || mapping.Converter is not { } converter ? value : converter.ConvertToProvider(value);
        if (given is null || mapping.StoreType is "json" or "jsonb" || ObjectIn(given.GetType()) is not { } told) return Node(given);
        if ((property.GetJsonValueReaderWriter() ?? mapping.JsonValueReaderWriter) is { } writer)
            return JsonNode.Parse(writer.ToJsonString(value!));
        return told.Properties.Count > 0
            ? Node(given)
            : throw new InvalidOperationException(
                $"{property.DeclaringType.ShortName()}.{property.Name}: the value of a {told.Type.Name} cannot be told in JSON; "
                + "give the property a converter, or leave it out");
    }

    /// <summary>
    /// What a value, or the elements of one, would be shown as an object of: its public properties, which need not be its value. The
    /// database's own way of writing it comes first.
    /// </summary>
    static JsonTypeInfo? ObjectIn(Type type)
    {
        var info = JsonSerializerOptions.Default.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => info,
            JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary when info.ElementType is { } element && element != type =>
                ObjectIn(element),
            _ => null,
        };
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
