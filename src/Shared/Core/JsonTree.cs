using System.Globalization;
using System.Text.Json.Nodes;

namespace Hobom.Slices.Core;

/// <summary>Reads and changes a document at a place. A changing call answers null, or why it cannot be.</summary>
public static class JsonTree
{
    const string Nothing = "there is nothing at its path";

    /// <param name="found">Null also where there is nothing.</param>
    public static bool TryGet(JsonNode? root, JsonPointer at, out JsonNode? found)
    {
        found = root;
        foreach (var token in at.Tokens)
        {
            switch (found)
            {
                case JsonObject owner when owner.TryGetPropertyValue(token, out var member):
                    found = member;
                    break;
                case JsonArray array when IndexOf(token, array.Count - 1) is { } index:
                    found = array[index];
                    break;
                default:
                    found = null;
                    return false;
            }
        }

        return true;
    }

    public static string? Add(ref JsonNode? root, JsonPointer at, JsonNode? value)
    {
        if (at.Tokens.Count == 0)
        {
            root = value;
            return null;
        }

        TryGet(root, new JsonPointer([.. at.Tokens.SkipLast(1)]), out var owner);
        switch (owner)
        {
            case JsonObject members:
                members[at.Tokens[^1]] = value;
                return null;
            case JsonArray array when at.Tokens[^1] == JsonPointer.End:
                array.Add(value);
                return null;
            case JsonArray array when IndexOf(at.Tokens[^1], array.Count) is { } index:
                array.Insert(index, value);
                return null;
            case JsonArray:
                return "its path names no place of the array";
            default:
                return "its path names nothing that holds members";
        }
    }

    /// <param name="at">Where there is something.</param>
    public static string? Replace(ref JsonNode? root, JsonPointer at, JsonNode? value)
    {
        if (at.Tokens.Count == 0) root = value;
        else if (!TryGet(root, new JsonPointer([.. at.Tokens.SkipLast(1)]), out var owner)) return Nothing;
        else if (owner is JsonArray array) array[int.Parse(at.Tokens[^1], CultureInfo.InvariantCulture)] = value;
        else owner![at.Tokens[^1]] = value;
        return null;
    }

    public static string? Remove(ref JsonNode? root, JsonPointer at, out JsonNode? removed)
    {
        if (!TryGet(root, at, out removed)) return Nothing;
        if (at.Tokens.Count == 0)
        {
            root = null;
            return null;
        }

        TryGet(root, new JsonPointer([.. at.Tokens.SkipLast(1)]), out var owner);
        if (owner is JsonArray array) array.RemoveAt(int.Parse(at.Tokens[^1], CultureInfo.InvariantCulture));
        else ((JsonObject)owner!).Remove(at.Tokens[^1]);
        return null;
    }

    /// <summary>Digits without a leading zero, and not beyond the last.</summary>
    static int? IndexOf(string token, int last) =>
        token.Length > 0 && token.All(char.IsAsciiDigit) && (token == "0" || token[0] != '0')
        && int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= last
            ? index
            : null;
}
