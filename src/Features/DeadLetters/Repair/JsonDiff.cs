using Hobom.Slices.Core;
using System.Text.Json;

namespace Hobom.Slices.DeadLetters.Repair;

/// <summary>What differs between two JSON documents, as places in the manner of a JSON Patch.</summary>
public static class JsonDiff
{
    /// <returns>One replace of the whole where either is no JSON.</returns>
    public static IReadOnlyList<LetterChange> Of(ReadOnlyMemory<byte> from, ReadOnlyMemory<byte> to)
    {
        var changes = new List<LetterChange>();
        try
        {
            using var before = JsonDocument.Parse(from);
            using var after = JsonDocument.Parse(to);
            Compare(before.RootElement, after.RootElement, "", changes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [new LetterChange("replace", "")];
        }

        return changes;
    }

    static void Compare(JsonElement before, JsonElement after, string path, List<LetterChange> changes)
    {
        if (before.ValueKind == JsonValueKind.Object && after.ValueKind == JsonValueKind.Object)
            CompareObjects(before, after, path, changes);
        else if (before.ValueKind == JsonValueKind.Array && after.ValueKind == JsonValueKind.Array)
            CompareArrays(before, after, path, changes);
        else if (!JsonElement.DeepEquals(before, after)) changes.Add(new LetterChange("replace", path));
    }

    static void CompareObjects(JsonElement before, JsonElement after, string path, List<LetterChange> changes)
    {
        foreach (var property in before.EnumerateObject())
        {
            var place = $"{path}/{JsonPointer.Escape(property.Name)}";
            if (after.TryGetProperty(property.Name, out var now)) Compare(property.Value, now, place, changes);
            else changes.Add(new LetterChange("remove", place));
        }

        foreach (var property in after.EnumerateObject().Where(p => !before.TryGetProperty(p.Name, out _)))
            changes.Add(new LetterChange("add", $"{path}/{JsonPointer.Escape(property.Name)}"));
    }

    /// <summary>Element by element: what was put in or taken out in the middle shows as changes from there on.</summary>
    static void CompareArrays(JsonElement before, JsonElement after, string path, List<LetterChange> changes)
    {
        var (had, has) = (before.GetArrayLength(), after.GetArrayLength());
        for (var i = 0; i < Math.Min(had, has); i++) Compare(before[i], after[i], $"{path}/{i}", changes);
        for (var i = had; i < has; i++) changes.Add(new LetterChange("add", $"{path}/{i}"));
        for (var i = had - 1; i >= has; i--) changes.Add(new LetterChange("remove", $"{path}/{i}"));
    }
}
