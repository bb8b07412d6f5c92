using System.Text.Json;

namespace Hobom.Slices.Core;

/// <summary>One field of a record, said once: how it is written, what an edited value must hold, and who sees it.</summary>
/// <param name="Kind">The only kind that its readers take.</param>
/// <param name="Shown">To those who may not see all of a letter.</param>
/// <param name="Write">The name and the value, or nothing.</param>
public sealed record RecordField<T>(string Name, JsonValueKind Kind, Visibility Shown, Action<Utf8JsonWriter, T> Write)
{
    /// <summary>The readers take a record without it.</summary>
    public bool Optional { get; init; }
}

public static class RecordField
{
    public static RecordField<T> Text<T>(string name, Visibility shown, Func<T, string> of) =>
        new(name, JsonValueKind.String, shown, (json, source) => json.WriteString(name, of(source)));

    /// <summary>Left out where it is empty.</summary>
    public static RecordField<T> TextUnlessEmpty<T>(string name, Visibility shown, Func<T, string> of) =>
        new(name, JsonValueKind.String, shown, (json, source) =>
        {
            if (of(source) is { Length: > 0 } text) json.WriteString(name, text);
        }) { Optional = true };

    public static RecordField<T> Number<T>(string name, Visibility shown, Func<T, long> of) =>
        new(name, JsonValueKind.Number, shown, (json, source) => json.WriteNumber(name, of(source)));

    public static RecordField<T> List<T, TItem>(string name, RecordShape<TItem> item, Func<T, IEnumerable<TItem>> of) =>
        new(name, JsonValueKind.Array, new Visibility.Items(item.Shown), (json, source) =>
        {
            json.WriteStartArray(name);
            foreach (var one in of(source)) item.Write(json, one);
            json.WriteEndArray();
        });
}

/// <summary>The one list of a record's fields, in the order in which they are written. The names are a contract with its readers.</summary>
/// <param name="what">The record's name in the reason against a value: <c>the message</c>.</param>
public sealed class RecordShape<T>(string what, params RecordField<T>[] fields)
{
    readonly ShapeField[] shape = [.. fields.Select(f => new ShapeField(f.Name, f.Kind, f.Optional))];

    public Visibility.Fields Shown { get; } = Visibility.Of(fields.Select(f => (f.Name, f.Shown)));

    public byte[] Encode(T source) => RecordBuffer.Written(json => Write(json, source));

    public void Write(Utf8JsonWriter json, T source)
    {
        json.WriteStartObject();
        foreach (var field in fields) field.Write(json, source);
        json.WriteEndObject();
    }

    /// <returns>The first thing that its strict readers would refuse the value for, or null.</returns>
    public string? Fault(JsonElement value, string? name = null) => ValueShape.Fault(value, name ?? what, shape);
}
