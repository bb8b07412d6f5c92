using System.Diagnostics.Metrics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.DeadLetters;

/// <summary>The letters that wait, the replay jobs and how safe their store is; counted when somebody scrapes.</summary>
static class LetterMeter
{
    const string Category = "hobom.category";
    const string Cause = "hobom.cause";
    const string TimeLeft = "hobom.time_left";
    const string State = "hobom.state";

    /// <summary>Other programs may write letters of categories that nobody here knows: they count together.</summary>
    const string OtherCategory = "other";

    public static void Observe(
        IMeterFactory meters, IReadOnlyList<string> categories, DeadLettersParts parts, ReplayJobRunner jobs, TimeProvider clock)
    {
        var meter = meters.Create($"{TelemetryNames.MeterPrefix}.DeadLetters");
        var known = categories.ToHashSet(StringComparer.Ordinal);
        meter.CreateObservableGauge(
            "hobom.dead_letters.waiting", () => Waiting(parts.Catalogue, known, clock.GetUtcNow()), "{letter}",
            "Letters in store, by category, kind of cause and time left of the 72 hours");
        meter.CreateObservableGauge(
            "hobom.dead_letters.loaded", () => parts.Catalogue.IsLoaded ? 1 : 0,
            description: "1 once the letters have been read from the store");
        meter.CreateObservableGauge(
            "hobom.replay.jobs",
            () => jobs.Counts.Select(c => new Measurement<long>(c.Value, new KeyValuePair<string, object?>(State, c.Key))), "{job}",
            "Active replay jobs that this process knows of");
        meter.CreateObservableGauge(
            "hobom.replay.letters_left", () => jobs.LettersLeft, "{letter}", "Letters that those jobs have not come to yet");
        meter.CreateObservableGauge(
            "hobom.letter_store.problems", () => OfHealth(parts.Store, h => h.Problems.Count), "{problem}",
            "What endangers letters in Redis; /dlq/store has the words");
        meter.CreateObservableGauge(
            "hobom.redis.memory.used", () => OfHealth(parts.Store, h => h.UsedMemoryBytes), "By", "As Redis tells it");
        meter.CreateObservableGauge(
            "hobom.redis.memory.limit", () => OfHealth(parts.Store, h => h.MaxMemoryBytes), "By", "0 for no limit");
        meter.CreateObservableGauge(
            "hobom.redis.evicted_keys", () => OfHealth(parts.Store, h => h.EvictedKeys), "{key}", "Since Redis' own start");
    }

    static IEnumerable<Measurement<long>> Waiting(LetterCatalogue catalogue, HashSet<string> categories, DateTimeOffset now) =>
        catalogue.Letters
            .CountBy(l => (
                Category: categories.Contains(l.Key.Category.Name) ? l.Key.Category.Name : OtherCategory,
                Cause: NameOf(l.Summary.Class), Left: NameOf(l.ExpiresAt - now)))
            .Select(c => new Measurement<long>(
                c.Value, new(Category, c.Key.Category), new(Cause, c.Key.Cause), new(TimeLeft, c.Key.Left)));

    static string NameOf(FailureClass? kind) => kind switch
    {
        FailureClass.Transient => "transient",
        FailureClass.Permanent => "permanent",
        FailureClass.Unknown => "unknown",
        FailureClass.Refused => "refused",
        null => "not-told",
        _ => throw new System.Diagnostics.UnreachableException($"no word for {kind}"),
    };

    /// <summary>By the marks at which the log warns: 50, 80 and 95 % of the time are over.</summary>
    static string NameOf(TimeSpan? left) => left is null ? "held" : ExpiryWarnings.MarkOf(left) switch
    {
        0 => "over-36h",
        50 => "under-36h",
        80 => "under-15h",
        95 => "under-4h",
        var mark => throw new System.Diagnostics.UnreachableException($"no word for {mark}"),
    };

    /// <summary>None while Redis does not say.</summary>
    static IEnumerable<Measurement<long>> OfHealth(StoreWatch store, Func<StoreHealth, long?> of) =>
        store.Last.TryGetRight(out var health, out _) && of(health) is { } number ? [new Measurement<long>(number)] : [];
}
