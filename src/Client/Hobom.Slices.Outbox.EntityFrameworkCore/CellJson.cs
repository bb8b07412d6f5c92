using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>One value as JSON: what the database gets, as it tells it.</summary>
static class CellJson
{
    /// <summary>Of a column.</summary>
    /// <exception cref="InvalidOperationException">JSON has no word for it, and the database none in JSON.</exception>
    public static JsonNode? OfColumn(IProperty property, object? value)
    {
        var mapping = property.GetRelationalTypeMapping();
        var given = value is null || mapping.Converter is not { } converter ? value : converter.ConvertToProvider(value);
        if (given is Enum label) return Label(property, mapping, label);
        if (given is IEnumerable labels && mapping.ElementTypeMapping is RelationalTypeMapping { Converter: null } element
            && Visibility.Plain(element.ClrType).IsEnum)
            return new JsonArray([.. labels.Cast<Enum?>().Select(l => l is null ? null : Label(property, element, l))]);
        if (given is string text && IsJson(mapping)) return JsonNode.Parse(text);
        if (given is null || mapping.StoreType is "json" or "jsonb" || ObjectIn(given.GetType()) is not { } told) return Node(given);
        if (WriterOf(property, mapping) is { } writer) return JsonNode.Parse(writer.ToJsonString(value!));
        return told.Properties.Count > 0 ? Node(given) : throw NotTold(property, told.Type);
    }

    /// <summary>Of a member in a JSON column, as Entity Framework writes it there.</summary>
    public static JsonNode? OfMember(IProperty property, object? value) =>
        value is not null && WriterOf(property, property.GetRelationalTypeMapping()) is { } writer
            ? JsonNode.Parse(writer.ToJsonString(value))
            : OfColumn(property, value);

    static Microsoft.EntityFrameworkCore.Storage.Json.JsonValueReaderWriter? WriterOf(IProperty property, RelationalTypeMapping mapping) =>
        property.GetJsonValueReaderWriter() ?? mapping.JsonValueReaderWriter;

    /// <summary>
    /// An enumeration that is one of the database's too: its word, which only the provider knows, as it stands in
    /// <c>'gold'::public.rank</c>. Where the database has a number, that.
    /// </summary>
    static JsonNode? Label(IProperty property, RelationalTypeMapping mapping, Enum value)
    {
        var literal = mapping.GenerateSqlLiteral(value);
        if (literal.StartsWith('\'') && literal.LastIndexOf("'::", StringComparison.Ordinal) is > 0 and var end)
            return JsonValue.Create(literal[1..end]);
        return long.TryParse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : throw NotTold(property, value.GetType());
    }

    /// <summary>A type of the database's own: where it has none, such a column is one of text.</summary>
    static bool IsJson(RelationalTypeMapping mapping) => mapping.StoreType is "json" or "jsonb"
        && mapping.GetType().Namespace?.StartsWith("Npgsql", StringComparison.Ordinal) is true;

    static InvalidOperationException NotTold(IProperty property, Type type) => new(
        $"{property.DeclaringType.ShortName()}.{property.Name}: the value of a {type.Name} cannot be told in JSON; "
        + "give the property a converter, or leave it out");

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
        JsonDocument document => JsonNode.Parse(document.RootElement.GetRawText()),
        _ => JsonSerializer.SerializeToNode(value, value.GetType()),
    };
}
