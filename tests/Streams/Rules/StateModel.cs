using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

/// <summary>All the state there is, as plain dictionaries: what Redis should hold.</summary>
sealed class StateModel
{
    readonly SortedDictionary<string, SortedDictionary<string, string>> hashes = new(StringComparer.Ordinal);

    public List<Emission> Events { get; } = [];

    public string? this[string key, string field] => hashes.GetValueOrDefault(key)?.GetValueOrDefault(field);

    public IEnumerable<string> Keys => hashes.Keys;

    public IReadOnlyDictionary<string, string> Hash(string key) => hashes[key];

    public StateView View(IReadOnlyList<StateRead> reads) => new(reads.ToDictionary(r => r, r => this[r.Key.ToString(), r.Field]));

    public StateModel Apply(Changes changes)
    {
        Assert.All(changes.Expectations, e => Assert.Equal(e.Was, this[e.Key.ToString(), e.Field]));
        foreach (var change in changes.State)
        {
            if (!hashes.TryGetValue(change.Key.ToString(), out var hash))
                hashes[change.Key.ToString()] = hash = new SortedDictionary<string, string>(StringComparer.Ordinal);
            hash[change.Field] = StateView.After(change, hash.GetValueOrDefault(change.Field));
        }

        Events.AddRange(changes.Events);
        return this;
    }

    public static StateModel FoldOf(IEnumerable<StreamEntry> entries) =>
        entries.Aggregate(new StateModel(), (state, entry) => state.Apply(Entries.Handled(entry, state)));

    public string Text() =>
        string.Join('\n', hashes.Select(h => $"{h.Key}: {string.Join(", ", h.Value.Select(f => $"{f.Key}={f.Value}"))}"));
}
