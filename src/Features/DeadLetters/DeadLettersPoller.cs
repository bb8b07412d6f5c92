using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Runtime;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.DeadLetters;

/// <summary>What the poller of the dead letters looks after.</summary>
public sealed record DeadLettersParts(
    LetterReconciler Upkeep, LetterFeed Feed, LetterCatalogue Catalogue, StoreWatch Store, GroupNotes Notes);

/// <summary>
/// Follows the letters: the catalogue each second; those whose time is over, and the store's health, each five; letters
/// that other programs wrote twice a minute, all letters each five minutes. No letter goes without a word: it is warned of
/// three times, and then there is a tombstone.
/// </summary>
public sealed class DeadLettersPoller(DeadLettersParts parts, TimeProvider clock, ILogger<DeadLettersPoller> log)
{
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan StoreInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan IndexForeignInterval = TimeSpan.FromSeconds(30);
    static readonly TimeSpan OpenInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan WarnInterval = TimeSpan.FromSeconds(30);
    static readonly TimeSpan ReconcileInterval = TimeSpan.FromMinutes(5);

    readonly ExpiryWarnings warnings = new();
    readonly Dictionary<string, long> lastDone = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken stopping)
    {
        do
        {
            await TurnAsync();
        }
        while (await Delays.WaitAsync(Tick, clock, stopping));
    }

    async Task TurnAsync()
    {
        try
        {
            if (!parts.Catalogue.IsLoaded) await parts.Feed.LoadAsync();
            await EachAsync(nameof(ReconcileAsync), ReconcileInterval, ReconcileAsync);
            await EachAsync(nameof(SweepAsync), SweepInterval, SweepAsync);
            await EachAsync(nameof(StoreWatch), StoreInterval, parts.Store.LookAsync);
            await EachAsync(nameof(IndexForeignAsync), IndexForeignInterval, IndexForeignAsync);
            var followed = (await parts.Feed.FollowAsync()).IsRight;
            await EachAsync(nameof(LetterCatalogue.NoteOpen), OpenInterval, () => Task.FromResult(NoteOpen(followed)));
            await EachAsync(nameof(GroupNotes), SweepInterval, async () => (await parts.Notes.FollowAsync()).IsRight);
            await EachAsync(nameof(Warn), WarnInterval, () => Task.FromResult(Warn()));
        }
        catch (Exception bug)
        {
            log.LogError(LogEvents.Named("letters.bug"), bug, "dead letters: a look at them failed unexpectedly");
        }
    }

    /// <summary>Where the work fails, Redis being away, it is tried again in five seconds.</summary>
    async Task EachAsync(string name, TimeSpan interval, Func<Task<bool>> work)
    {
        var now = clock.GetTimestamp();
        if (lastDone.TryGetValue(name, out var before) && clock.GetElapsedTime(before, now) < interval) return;
        var done = await work();
        var early = interval > SweepInterval && !done ? interval - SweepInterval : TimeSpan.Zero;
        lastDone[name] = now - (long)(early.TotalSeconds * clock.TimestampFrequency);
    }

    async Task<bool> ReconcileAsync()
    {
        var reconciled = await parts.Upkeep.ReconcileAsync();
        if (!reconciled.TryGetRight(out var seen, out _)) return false;
        if (seen.Added > 0 || seen.Removed > 0 || seen.Foreign > 0)
            log.LogInformation(
                LogEvents.Named("letters.reconciled"),
                "dead letters: {Letters} in store; {Added} of other writers indexed, {Removed} gone, {Foreign} keys that are none",
                seen.Letters, seen.Added, seen.Removed, seen.Foreign);
        Tell(seen.Ended);
        // It has looked for letters of other writers too.
        lastDone[nameof(IndexForeignAsync)] = clock.GetTimestamp();
        return (await parts.Feed.LoadAsync()).IsRight;
    }

    async Task<bool> IndexForeignAsync()
    {
        if (!(await parts.Upkeep.IndexForeignAsync()).TryGetRight(out var seen, out _)) return false;
        if (seen.Added > 0) log.LogInformation(LogEvents.Named("letters.foreign"),
            "dead letters: {Added} of other writers indexed", seen.Added);
        return true;
    }

    async Task<bool> SweepAsync()
    {
        if (!(await parts.Upkeep.SweepAsync()).TryGetRight(out var ended, out _)) return false;
        Tell(ended);
        return true;
    }

    /// <summary>What cannot be followed is not known.</summary>
    bool NoteOpen(bool followed)
    {
        if (followed) parts.Catalogue.NoteOpen();
        return followed;
    }

    bool Warn()
    {
        if (!parts.Catalogue.IsLoaded) return false;
        foreach (var warning in warnings.Next(parts.Catalogue.Letters, clock.GetUtcNow()))
            log.LogWarning(
                LogEvents.Named("letters.expiring"),
                "dead letters: {Letters} of {Category} have used {Percent} % of their time; the first goes at {FirstExpiry:u}",
                warning.Letters, warning.Category, warning.Percent, warning.FirstExpiry);
        return true;
    }

    void Tell(IReadOnlyList<Tombstone> ended)
    {
        foreach (var group in ended.GroupBy(t => (t.Category, t.Why)))
            log.Log(
                group.Key.Why == LetterEnd.Discarded ? LogLevel.Information : LogLevel.Warning, LogEvents.Named("letters.gone"),
                "dead letters: {Count} of {Category} are gone undelivered ({Why}); see /dlq/tombstones",
                group.Count(), group.Key.Category, group.Key.Why);
    }
}
