namespace Hobom.Slices.Streams;

/// <summary>One change of one field. Every kind but <see cref="Put"/> gives the same in whatever order entries come.</summary>
public abstract record StateChange(StateKey Key, string Field)
{
    /// <summary>Counts.</summary>
    public sealed record Add(StateKey Key, string Field, long By) : StateChange(Key, Field);

    /// <summary>Sets the value where there is none, or one that is smaller byte by byte: a late entry turns nothing back.</summary>
    public sealed record Raise(StateKey Key, string Field, string Value) : StateChange(Key, Field);

    /// <summary>Sets the value, whatever is there. What it was made from is among the expectations.</summary>
    public sealed record Put(StateKey Key, string Field, string Value) : StateChange(Key, Field);
}

/// <summary>The changes hold only while the field still is what they were made from.</summary>
/// <param name="Was">Null: it was not there.</param>
public sealed record Expectation(StateKey Key, string Field, string? Was);

/// <summary>A new event, written in the same step as the state.</summary>
public sealed record Emission(string Stream, IReadOnlyList<KeyValuePair<string, string>> Fields);

/// <summary>All that one entry does.</summary>
public sealed record Changes(
    IReadOnlyList<StateChange> State, IReadOnlyList<Emission> Events, IReadOnlyList<Expectation> Expectations)
{
    /// <summary>The entry is acknowledged and nothing else.</summary>
    public static readonly Changes None = new([], [], []);

    public static Changes Of(params IReadOnlyList<StateChange> state) => new(state, [], []);
}
