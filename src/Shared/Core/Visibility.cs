using System.Collections.Frozen;

namespace Hobom.Slices.Core;

/// <summary>
/// How much of a value those see who may not see all of a letter. Each slice says so of its own fields; what is not
/// named is hidden. What does not have the form that is spoken of here is hidden too.
/// </summary>
public abstract record Visibility
{
    Visibility()
    {
    }

    public static Visibility Hidden { get; } = new Value(ValueSight.Hidden);

    public static Visibility Code { get; } = new Value(ValueSight.Code);

    public static Visibility Text { get; } = new Value(ValueSight.Text);

    public static Visibility Path { get; } = new Value(ValueSight.Path);

    /// <summary>An object of which only the names are shown.</summary>
    public static Visibility Names { get; } = Of();

    public sealed record Value(ValueSight Sight) : Visibility;

    /// <summary>An object; of fields that are not listed only the names are shown.</summary>
    public sealed record Fields(FrozenDictionary<string, Visibility> ByName) : Visibility;

    /// <summary>An array, or one element without its array.</summary>
    public sealed record Items(Visibility Item) : Visibility;

    /// <summary>Where a name comes twice the last counts.</summary>
    public static Fields Of(params IEnumerable<(string Name, Visibility Sight)> fields) => new(
        fields.GroupBy(f => f.Name, f => f.Sight, StringComparer.Ordinal)
            .ToFrozenDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal));
}

/// <summary>What is shown of a text, a number or a truth value.</summary>
public enum ValueSight
{
    Hidden,

    /// <summary>A word, number, time or identifier: shown, but for what looks like a secret.</summary>
    Code,

    /// <summary>Free text, through all detectors.</summary>
    Text,

    /// <summary>A request's path, without its query.</summary>
    Path,
}
