using System.Runtime.InteropServices;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>A page of letters.</summary>
/// <param name="Next">Where the next page begins; null at the end.</param>
/// <param name="Total">How many match the filter, on all pages.</param>
public sealed record LetterPage(IReadOnlyList<CatalogueLetter> Letters, LetterCursor? Next, int Total);

/// <summary>
/// All letters in memory, as little of each as lists and groups need, in the order of their last failure. Readers
/// take one array that never changes; each batch of changes makes a new one.
/// </summary>
public sealed class LetterCatalogue(TimeProvider clock)
{
    static readonly TimeSpan OneHour = TimeSpan.FromHours(1);

    readonly Lock gate = new();
    volatile CatalogueLetter[] letters = [];
    volatile bool loaded;
    long version;

    /// <summary>What came and went since the process began.</summary>
    public LetterPast Past { get; } = new(clock);

    /// <summary>False until the letters were first read from the store: until then lists would be short.</summary>
    public bool IsLoaded => loaded;

    public int Count => letters.Length;

    /// <summary>Another number whenever any letter came, went or changed.</summary>
    public long Version => Interlocked.Read(ref version);

    /// <summary>The oldest failure first.</summary>
    public IReadOnlyList<CatalogueLetter> Letters => letters;

    public void Replace(IEnumerable<CatalogueLetter> all)
    {
        var sorted = all.DistinctBy(l => l.Key).ToArray();
        Array.Sort(sorted, static (a, b) => a.Place.CompareTo(b.Place));
        for (var n = 0; n < sorted.Length; n++) sorted[n] = sorted[n].Copied();
        lock (gate)
        {
            if (loaded) Past.NoteCame(sorted.ExceptBy(letters.Select(l => l.Key), l => l.Key));
            Past.NoteFailures(sorted);
            letters = sorted;
            loaded = true;
            Interlocked.Increment(ref version);
        }
    }

    /// <param name="changes">By key; null where the letter is gone.</param>
    public void Apply(IReadOnlyDictionary<DeadLetterKey, CatalogueLetter?> changes)
    {
        if (changes.Count == 0) return;
        var fresh = changes.Values.OfType<CatalogueLetter>().ToArray();
        Array.Sort(fresh, static (a, b) => a.Place.CompareTo(b.Place));
        lock (gate)
        {
            var known = new HashSet<DeadLetterKey>();
            var merged = new List<CatalogueLetter>(letters.Length + fresh.Length);
            var next = 0;
            foreach (var letter in letters)
            {
                if (changes.ContainsKey(letter.Key))
                {
                    known.Add(letter.Key);
                    continue;
                }

                while (next < fresh.Length && fresh[next].Place < letter.Place) merged.Add(fresh[next++]);
                merged.Add(letter);
            }

            merged.AddRange(fresh.AsSpan(next));
            Past.NoteCame(fresh.Where(l => !known.Contains(l.Key)));
            Past.NoteFailures(fresh);
            letters = [.. merged];
            Interlocked.Increment(ref version);
        }
    }

    /// <summary>Tells the past how many wait now.</summary>
    public void NoteOpen()
    {
        if (loaded) Past.NoteOpen(letters.Count(l => l.Summary.State is not LetterState.Discarded));
    }

    /// <param name="after">A page's <see cref="LetterPage.Next"/>; null for the first page.</param>
    public LetterPage Page(LetterFilter filter, int limit, LetterCursor? after)
    {
        var now = clock.GetUtcNow();
        var page = new List<CatalogueLetter>(limit);
        var total = 0;
        var more = false;
        foreach (var letter in letters)
        {
            if (!filter.Matches(letter, now)) continue;
            total++;
            if (after is { } place && letter.Place <= place) continue;
            if (page.Count < limit) page.Add(letter);
            else more = true;
        }

        return new LetterPage(page, more ? page[^1].Place : null, total);
    }

    /// <summary>The largest group first.</summary>
    public IReadOnlyList<LetterGroup> Groups(LetterFilter filter)
    {
        var now = clock.GetUtcNow();
        var groups = new Dictionary<string, LetterGroup>(StringComparer.Ordinal);
        foreach (var letter in letters)
        {
            if (!filter.Matches(letter, now)) continue;
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, letter.Cause.GroupId, out var exists);
            var (summary, key) = (letter.Summary, letter.Key);
            var age = now - summary.FirstFailedAt;
            var (last, before) = (age < OneHour ? 1 : 0, age >= OneHour && age < 2 * OneHour ? 1 : 0);
            group = exists && group is not null
                ? group with
                {
                    Count = group.Count + 1,
                    FirstSeen = summary.FirstFailedAt < group.FirstSeen ? summary.FirstFailedAt : group.FirstSeen,
                    LastSeen = summary.LastFailedAt > group.LastSeen ? summary.LastFailedAt : group.LastSeen,
                    SoonestExpiry = group.SoonestExpiry < letter.ExpiresAt ? group.SoonestExpiry : letter.ExpiresAt ?? group.SoonestExpiry,
                    Sample = key,
                    LastHour = group.LastHour + last,
                    HourBefore = group.HourBefore + before,
                }
                : new LetterGroup(letter.Cause, 1, summary.FirstFailedAt, summary.LastFailedAt, letter.ExpiresAt, key, last, before);
        }

        return [.. groups.Values.OrderByDescending(g => g.Count).ThenBy(g => g.Cause.GroupId, StringComparer.Ordinal)];
    }

    /// <summary>Null where there is none.</summary>
    public CatalogueLetter? Find(DeadLetterKey key) => Array.Find(letters, l => l.Key == key);

    /// <summary>Other letters of the category that have the same record key, the oldest failure first.</summary>
    public IReadOnlyList<CatalogueLetter> SharingKeyWith(CatalogueLetter letter) => letter.Summary.SharedKey is not { } shared
        ? []
        : Array.FindAll(letters, l => l.Summary.SharedKey == shared && l.Key.Category == letter.Key.Category && l.Key != letter.Key);

    /// <summary>How many there are, how old and how urgent, in all and by category.</summary>
    public LetterCounts Counts() => LetterCounts.Of(letters, clock.GetUtcNow());

    /// <summary>Every key that matches, the oldest failure first.</summary>
    public IReadOnlyList<DeadLetterKey> SelectKeys(LetterFilter filter)
    {
        var now = clock.GetUtcNow();
        return [.. letters.Where(l => filter.Matches(l, now)).Select(l => l.Key)];
    }
}
