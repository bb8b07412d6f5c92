using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Outbox;

/// <summary>Why a text is no row.</summary>
/// <param name="Field">Where: <c>payload.recipient</c>, <c>[2].eventId</c>; <c>body</c> where all of it is meant.</param>
/// <param name="Line">Of what is no JSON: from 1; the position is in bytes.</param>
public sealed record RowFault(string Message, string Field, long? Line = null, long? Position = null);

/// <summary>Reads rows that a person has written, in the JSON form of their Protobuf message, and says what is wrong where.</summary>
public static class RowReading
{
    const string Whole = "body";
    const int ShownLength = 60;

    public static Either<RowFault, T> One<T>(ReadOnlyMemory<byte> text)
        where T : IMessage<T>, new() =>
        Opened(text, json => RowOf<T>(json, ""));

    /// <summary>An array of rows, or one row.</summary>
    public static Either<RowFault, IReadOnlyList<T>> Many<T>(ReadOnlyMemory<byte> text)
        where T : IMessage<T>, new() =>
        Opened(text, json => json.ValueKind == JsonValueKind.Array
            ? RowsOf<T>(json)
            : RowOf<T>(json, "").Map(IReadOnlyList<T> (row) => [row]));

    static Either<RowFault, T> Opened<T>(ReadOnlyMemory<byte> text, Func<JsonElement, Either<RowFault, T>> read)
    {
        if (!Utf8.IsValid(text.Span)) return new RowFault("body is not UTF-8", Whole);
        try
        {
            using var json = JsonDocument.Parse(text);
            return read(json.RootElement);
        }
        catch (JsonException e)
        {
            var (line, position) = ((e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1);
            return new RowFault($"body is not JSON: line {line}, position {position}", Whole, line, position);
        }
        catch (InvalidOperationException)
        {
            return new RowFault("body holds a name that is not Unicode text", Whole);
        }
    }

    static Either<RowFault, IReadOnlyList<T>> RowsOf<T>(JsonElement array)
        where T : IMessage<T>, new()
    {
        var rows = new List<T>();
        foreach (var json in array.EnumerateArray())
        {
            if (!RowOf<T>(json, $"[{rows.Count}]").TryGetRight(out var row, out var fault)) return fault;
            rows.Add(row);
        }

        return rows;
    }

    static Either<RowFault, T> RowOf<T>(JsonElement json, string path)
        where T : IMessage<T>, new()
    {
        if (json.ValueKind != JsonValueKind.Object) return WrongType(path.Length == 0 ? Whole : path);
        return FaultIn(json, new T().Descriptor, path) is { } fault ? fault : JsonParser.Default.Parse<T>(json.GetRawText());
    }

    /// <summary>The first fault, looked for from the inside, where it can be named best.</summary>
    static RowFault? FaultIn(JsonElement json, MessageDescriptor type, string path)
    {
        var seen = new System.Collections.Generic.HashSet<int>();
        foreach (var property in json.EnumerateObject())
        {
            var place = Shown(path.Length == 0 ? property.Name : $"{path}.{property.Name}");
            var field = type.Fields.InDeclarationOrder().FirstOrDefault(f => f.JsonName == property.Name || f.Name == property.Name);
            if (field is null) return new RowFault($"there is no field '{Shown(property.Name)}'", place);
            if (!seen.Add(field.FieldNumber)) return new RowFault($"{place} is there twice", place);
            if (FaultInside(property.Value, field, place) is { } inner) return inner;
            if (!IsUnicode(property.Value)) return new RowFault($"{place} is not Unicode text", place);
            if (!Fits(property, type)) return WrongType(place);
        }

        return null;
    }

    static RowFault? FaultInside(JsonElement value, FieldDescriptor field, string place)
    {
        if (field.FieldType is not FieldType.Message || field.IsMap) return null;
        if (value.ValueKind == JsonValueKind.Object && !field.IsRepeated) return FaultIn(value, field.MessageType, place);
        if (value.ValueKind != JsonValueKind.Array) return null;
        return value.EnumerateArray()
            .Select(
                (item, at) => item.ValueKind == JsonValueKind.Object
                    ? FaultIn(item, field.MessageType, $"{place}[{at}]")
                    : WrongType($"{place}[{at}]"))
            .FirstOrDefault(fault => fault is not null);
    }

    /// <summary>A half of a surrogate pair is JSON all the same.</summary>
    static bool IsUnicode(JsonElement value)
    {
        try
        {
            if (value.ValueKind == JsonValueKind.String) _ = value.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    static bool Fits(JsonProperty property, MessageDescriptor type)
    {
        try
        {
            JsonParser.Default.Parse($"{{{JsonSerializer.Serialize(property.Name)}:{property.Value.GetRawText()}}}", type);
            return true;
        }
        catch (Exception malformed) when (malformed is InvalidProtocolBufferException or InvalidJsonException)
        {
            return false;
        }
    }

    static RowFault WrongType(string place) => new($"{place} is of the wrong type", place);

    static string Shown(string text) => text.Length <= ShownLength ? text : text[..ShownLength] + "…";
}
