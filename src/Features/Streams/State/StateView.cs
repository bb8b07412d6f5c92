using System.Globalization;
using System.Diagnostics;

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
        StateChange.Add add => ((now is null ? 0 : long.Parse(now, CultureInfo.InvariantCulture)) + add.By).ToString(CultureInfo.InvariantCulture),
        StateChange.Raise raise => now is null || string.CompareOrdinal(now, raise.Value) < 0 ? raise.Value : now,
        StateChange.Put put => put.Value,
        _ => throw new UnreachableException(),
    };
}
