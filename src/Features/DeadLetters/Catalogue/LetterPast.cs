using System.Collections.Immutable;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>Letters of one category that failed alike.</summary>
/// <param name="Class">Null of letters that do not tell.</param>
public readonly record struct LetterKindOfFailure(string Category, FailureClass? Class);

/// <summary>One step of time.</summary>
/// <param name="Came">Letters that were not there before.</param>
/// <param name="Open">How many waited when last looked, those put aside left out; null where nobody could look.</param>
/// <param name="Delivered">Replays that ended so, in this process.</param>
/// <param name="NotDelivered">Replays that were begun and ended otherwise.</param>
public sealed record LetterStep(
    ImmutableDictionary<LetterKindOfFailure, long> Came, int? Open, long Delivered, long NotDelivered)
{
    public static LetterStep Empty { get; } = new(ImmutableDictionary<LetterKindOfFailure, long>.Empty, null, 0, 0);
}

/// <summary>
/// What came, what waited and what was replayed in the last hour, day and three days. In memory, as much for a million letters as
/// for one: it begins with the process.
/// </summary>
public sealed class LetterPast(TimeProvider clock)
{
    /// <summary>Other programs may write letters of any number of categories: those beyond the first count together.</summary>
    public const string OtherCategory = "other";

    const int CategoryLimit = 20;

    readonly Lock gate = new();
    readonly HashSet<string> categories = new(StringComparer.Ordinal);
    readonly RecentSpans<LetterStep> steps = new();

    long lastFailureTicks;

    /// <summary>Nothing is known of what was before.</summary>
    public DateTimeOffset Since { get; } = clock.GetUtcNow();

    /// <summary>The last failure of all letters that were ever seen here; null where there was none.</summary>
    public DateTimeOffset? LastFailure =>
        Interlocked.Read(ref lastFailureTicks) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <param name="sorted">The oldest failure first.</param>
    public void NoteFailures(IReadOnlyList<CatalogueLetter> sorted)
    {
        lock (gate)
        {
            if (sorted is [.., var last]) lastFailureTicks = Math.Max(lastFailureTicks, last.Summary.LastFailedAt.UtcTicks);
        }
    }

    public void NoteCame(IEnumerable<CatalogueLetter> letters)
    {
        lock (gate)
        {
            var counts = letters.CountBy(l => new LetterKindOfFailure(NameOf(l.Key.Category), l.Summary.Class)).ToList();
            if (counts.Count == 0) return;
            Put(step => step with
            {
                Came = step.Came.SetItems(counts.Select(c => KeyValuePair.Create(c.Key, step.Came.GetValueOrDefault(c.Key) + c.Value))),
            });
        }
    }

    /// <summary>To be told every few seconds while the letters can be followed.</summary>
    public void NoteOpen(int open)
    {
        lock (gate) Put(step => step with { Open = open });
    }

    public void NoteReplay(bool delivered)
    {
        lock (gate)
        {
            Put(step => delivered ? step with { Delivered = step.Delivered + 1 } : step with { NotDelivered = step.NotDelivered + 1 });
        }
    }

    /// <summary>The oldest first; the step under way is the last. Null for a step of which nothing is known.</summary>
    public IReadOnlyList<LetterStep?> At(HistorySpan span)
    {
        lock (gate) return steps.At(span, clock.GetUtcNow());
    }

    void Put(Func<LetterStep, LetterStep> add) => steps.Put(clock.GetUtcNow(), known => add(known ?? LetterStep.Empty));

    string NameOf(Category category) =>
        categories.Contains(category.Name) || (categories.Count < CategoryLimit && categories.Add(category.Name))
            ? category.Name
            : OtherCategory;
}
