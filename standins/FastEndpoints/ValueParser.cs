using System.Globalization;
using System.Reflection;
using System.Text.Json;
using FluentValidation.Results;
using Microsoft.Extensions.Primitives;

namespace FastEndpoints;

/// <summary>
/// Route, query and header text as a value: anything with a static TryParse, enums by name or number, collections
/// from repeated values, "a,b" or a JSON array, and other types from JSON. The culture is invariant.
/// </summary>
static class ValueParser
{
    public static bool TryParse(Type type, StringValues values, JsonSerializerOptions json, out object? value) =>
        ElementOf(type) is { } element
            ? TryParseMany(type, element, values, json, out value)
            : TryParseOne(type, values.Count > 0 ? values[0] : null, json, out value);

    public static ValidationFailure Failure(string name, StringValues values, Type type) =>
        new(name, $"Value [{values}] is not valid for a [{(Nullable.GetUnderlyingType(type) ?? type).Name}] property!");

    static bool TryParseMany(Type type, Type element, StringValues values, JsonSerializerOptions json, out object? value)
    {
        value = null;
        if (values is [['[', ..]])
            return TryParseJson(type, values[0]!, json, out value);

        var items = values.Count == 1 ? values[0]!.Split(',') : values.ToArray();
        var parsed = Array.CreateInstance(element, items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            if (!TryParseOne(element, items[i], json, out var item))
                return false;
            parsed.SetValue(item, i);
        }

        value = type.IsInstanceOfType(parsed) ? parsed : Activator.CreateInstance(type, parsed);
        return true;
    }

    static bool TryParseOne(Type type, string? text, JsonSerializerOptions json, out object? value)
    {
        value = text;
        if (type == typeof(string))
            return true;
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        value = null;
        if (string.IsNullOrEmpty(text))
            return plain != type;
        if (plain.IsEnum)
            return Enum.TryParse(plain, text, ignoreCase: true, out value);
        if (plain == typeof(Uri))
            return Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var uri) && (value = uri) is not null;

        const BindingFlags statics = BindingFlags.Public | BindingFlags.Static;
        var output = plain.MakeByRefType();
        var arguments = plain.GetMethod("TryParse", statics, [typeof(string), typeof(IFormatProvider), output]) is { } cultured
            ? (Method: cultured, Values: new object?[] { text, CultureInfo.InvariantCulture, null })
            : (Method: plain.GetMethod("TryParse", statics, [typeof(string), output]), Values: [text, null]);
        if (arguments.Method is null)
            return TryParseJson(plain, text, json, out value);
        var parsed = arguments.Method.Invoke(null, arguments.Values) is true;
        value = parsed ? arguments.Values[^1] : null;
        return parsed;
    }

    static bool TryParseJson(Type type, string text, JsonSerializerOptions json, out object? value)
    {
        try
        {
            value = JsonSerializer.Deserialize(text, type, json);
            return true;
        }
        catch (JsonException)
        {
            value = null;
            return false;
        }
    }

    static Type? ElementOf(Type type) =>
        type == typeof(string) ? null
        : type.IsArray ? type.GetElementType()
        : new[] { type }.Concat(type.GetInterfaces())
            .FirstOrDefault(t => t.IsGenericType && t.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
}
