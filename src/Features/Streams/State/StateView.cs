using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Hobom.Slices.Streams;

/// <summary>A field that a decision has to know.</summary>
public sealed record StateRead(StateKey Key, string Field);

/// <summary>Fields as they were read, and as the decisions made since then will leave them. Fields that nobody read are not here.</summary>
public sealed class StateView(IReadOnlyDictionary<StateRead, string?> read)
{
    readonly Dictionary<StateRead, string?> fields = new(read);

    /// <summary>Null where the field is not there.</summary>
    public string? this[StateKey key, string field] => fields[new StateRead(key, field)];

    /// <summary>The next decision sees what this one will have done.</summary>
    public void Apply(Changes changes)
    {
        foreach (var change in changes.State)
        {
            var at = new StateRead(change.Key, change.Field);
            if (fields.TryGetValue(at, out var now)) fields[at] = After(change, now);
        }
    }

    /// <summary>What a field is after a change. Redis does the same, in its own words.</summary>
    /// <param name="now">Null where it is not there.</param>
    public static string After(StateChange change, string? now) => change switch
    {
        // What cannot be counted on stays: Redis refuses the entry for it.
        StateChange.Add add => Count(now ?? "0") is { } count ? Text(count + add.By) : now!,
        StateChange.Raise raise => now is null || IsLess(now, raise.Value) ? raise.Value : now,
        StateChange.Put put => put.Value,
        _ => throw new UnreachableException(),
    };

    /// <returns>Null where Redis would not count on it: 007, -0 and +1 are no numbers to it.</returns>
    static long? Count(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) && Text(count) == text
            ? count
            : null;

    static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>As bytes, which is how Redis has them.</summary>
    static bool IsLess(string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b)) < 0;
}
