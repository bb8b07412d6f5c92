using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using LanguageExt;

namespace Hobom.Slices.Core;

/// <summary>Why a patch is none, or does not fit a document.</summary>
/// <param name="Operation">The first that is wrong, from 0; null where it is the patch as a whole.</param>
public sealed record PatchFault(int? Operation, string Reason)
{
    public override string ToString() => Operation is { } n ? $"operation {n}: {Reason}" : Reason;
}

/// <param name="Value">Of add, replace and test; null is JSON's null.</param>
public sealed record PatchOperation(string Op, JsonPointer Path, JsonPointer? From, JsonNode? Value);

/// <summary>A JSON Patch (RFC 6902): all of its operations apply, in order, or none does.</summary>
public sealed class JsonPatch
{
    public const int OperationLimit = 100;

    /// <summary>Of the document after any operation, in characters: copies of copies grow without end.</summary>
    public const int ResultLimit = 4 << 20;

    static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly IReadOnlyList<PatchOperation> operations;

    JsonPatch(IReadOnlyList<PatchOperation> operations) => this.operations = operations;

    public static Either<PatchFault, JsonPatch> Parse(JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Array) return new PatchFault(null, "a patch is an array of operations");
        if (patch.GetArrayLength() is 0 or > OperationLimit)
            return new PatchFault(null, $"a patch has 1 to {OperationLimit} operations");
        var parsed = new List<PatchOperation>();
        foreach (var item in patch.EnumerateArray())
        {
            if (!ParseOperation(item).TryGetRight(out var operation, out var reason)) return new PatchFault(parsed.Count, reason);
            parsed.Add(operation);
        }

        return new JsonPatch(parsed);
    }

    /// <returns>The patched document as UTF-8, without white space.</returns>
    public Either<PatchFault, byte[]> Apply(ReadOnlyMemory<byte> document)
    {
        if (!Utf8.IsValid(document.Span)) return new PatchFault(null, ValueShape.NotUtf8);
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(document.Span);
        }
        catch (JsonException e)
        {
            return new PatchFault(null, $"the payload is not JSON: line {e.LineNumber + 1}, position {e.BytePositionInLine + 1}");
        }

        long size = document.Length;
        for (var n = 0; n < operations.Count; n++)
        {
            try
            {
                if (ApplyOne(operations[n], ref root, ref size) is { } reason) return new PatchFault(n, reason);
            }
            catch (ArgumentException)
            {
                return new PatchFault(n, "the document has an object with one name twice");
            }
            catch (InvalidOperationException)
            {
                return new PatchFault(n, ValueShape.NotUnicode);
            }
        }

        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(root, Json);
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return new PatchFault(null, ValueShape.NotUnicode);
        }
    }

    static Either<string, PatchOperation> ParseOperation(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object) return "it is no object";
        if (!JsonText.IsUnicode(item)) return "it holds text that is not Unicode";
        if (!TryText(item, "op", out var op)) return "it has no op";
        if (op is not ("add" or "remove" or "replace" or "move" or "copy" or "test"))
            return "its op is none of add, remove, replace, move, copy, test";
        if (!TryText(item, "path", out var path)) return "it has no path";
        if (!JsonPointer.Parse(path).TryGetRight(out var to, out var fault)) return fault;
        JsonPointer? from = null;
        if (op is "move" or "copy")
        {
            if (!TryText(item, "from", out var text)) return "it has no from";
            if (!JsonPointer.Parse(text).TryGetRight(out from, out fault)) return fault;
            if (op == "move" && from.IsProperPrefixOf(to)) return "nothing can be moved into itself";
        }

        JsonElement value = default;
        if (op is "add" or "replace" or "test" && !item.TryGetProperty("value", out value)) return "it has no value";
        return new PatchOperation(op, to, from, value.ValueKind == JsonValueKind.Undefined ? null : NodeOf(value));
    }

    static string? ApplyOne(PatchOperation operation, ref JsonNode? root, ref long size)
    {
        var (op, path, from, value) = operation;
        switch (op)
        {
            case "test":
                return JsonTree.TryGet(root, path, out var found) && JsonNode.DeepEquals(found, value) ? null : "the test failed";
            case "remove":
                return JsonTree.Remove(ref root, path, out _);
            case "move":
                return JsonTree.Remove(ref root, from!, out var moved) ?? JsonTree.Add(ref root, path, moved);
            case "copy" when !JsonTree.TryGet(root, from!, out value):
                return "there is nothing at its from";
            case "replace" when !JsonTree.TryGet(root, path, out _):
                return "there is nothing at its path";
        }

        size += value?.ToJsonString().Length ?? 4;
        if (size > ResultLimit) return "the result is too large";
        var clone = value?.DeepClone();
        return op == "replace" ? JsonTree.Replace(ref root, path, clone) : JsonTree.Add(ref root, path, clone);
    }

    static bool TryText(JsonElement item, string name, out string text)
    {
        text = item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return value.ValueKind == JsonValueKind.String;
    }

    /// <summary>A copy: the document that the patch was read from may be gone when it is applied.</summary>
    static JsonNode? NodeOf(JsonElement value) => JsonNode.Parse(value.GetRawText());
}
