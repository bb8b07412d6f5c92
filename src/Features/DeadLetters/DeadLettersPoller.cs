using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.DeadLetters;

/// <summary>What the poller of the dead letters looks after.</summary>
public sealed record DeadLettersParts(LetterUpkeep Upkeep, LetterFeed Feed, LetterCatalogue Catalogue, RedisStoreHealth Health);

/// <summary>
/// Follows the letters: the catalogue each second, those whose time is over each five, all of them and the store's
/// health each five minutes. No letter goes without a word: it is warned of three times, and then there is a tombstone.
/// </summary>
public sealed class DeadLettersPoller(DeadLettersParts parts, TimeProvider clock, ILogger<DeadLettersPoller> log)
{
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan WarnInterval = TimeSpan.FromSeconds(30);
    static readonly TimeSpan ReconcileInterval = TimeSpan.FromMinutes(5);

    readonly ExpiryWarnings warnings = new();
    readonly Dictionary<string, long> lastDone = new(StringComparer.Ordinal);
    string problems = "";

    public async Task RunAsync(CancellationToken stopping)
    {
        do
        {
            await TurnAsync();
        }
        while (await Pauses.WaitAsync(Tick, clock, stopping));
    }

    async Task TurnAsync()
    {
        try
        {
            if (!parts.Catalogue.IsLoaded) await parts.Feed.LoadAsync();
            await EachAsync(nameof(ReconcileAsync), ReconcileInterval, ReconcileAsync);
            await EachAsync(nameof(SweepAsync), SweepInterval, SweepAsync);
            await parts.Feed.FollowAsync();
            await EachAsync(nameof(Warn), WarnInterval, () => Task.FromResult(Warn()));
        }
        catch (Exception bug)
        {
            log.LogError(bug, "dead letters: a look at them failed unexpectedly");
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
        if (!reconciled.Succeeded(out var seen, out _)) return false;
        if (seen.Added > 0 || seen.Removed > 0 || seen.Foreign > 0)
            log.LogInformation(
                "dead letters: {Letters} in store; {Added} of other writers indexed, {Removed} gone, {Foreign} keys that are none",
                seen.Letters, seen.Added, seen.Removed, seen.Foreign);
        Tell(seen.Ended);
        await TellHealthAsync();
        return (await parts.Feed.LoadAsync()).IsRight;
    }

    async Task<bool> SweepAsync()
    {
        if (!(await parts.Upkeep.SweepAsync()).Succeeded(out var ended, out _)) return false;
        Tell(ended);
        return true;
    }

    bool Warn()
    {
        if (!parts.Catalogue.IsLoaded) return false;
        foreach (var warning in warnings.Next(parts.Catalogue.Letters, clock.GetUtcNow()))
            log.LogWarning(
                "dead letters: {Letters} of {Category} have used {Percent} % of their time; the first goes at {FirstExpiry:u}",
                warning.Letters, warning.Category, warning.Percent, warning.FirstExpiry);
        return true;
    }

    void Tell(IReadOnlyList<Tombstone> ended)
    {
        foreach (var group in ended.GroupBy(t => (t.Category, t.Why)))
            log.Log(
                group.Key.Why == LetterEnd.Discarded ? LogLevel.Information : LogLevel.Warning,
                "dead letters: {Count} of {Category} are gone undelivered ({Why}); see /dlq/tombstones",
                group.Count(), group.Key.Category, group.Key.Why);
    }

    /// <summary>One line when what endangers letters changes.</summary>
    async Task TellHealthAsync()
    {
        if (!(await parts.Health.ReadAsync()).Succeeded(out var health, out _)) return;
        var now = string.Join("; ", health.Problems);
        if (now == problems) return;
        problems = now;
        if (now.Length > 0) log.LogWarning("the store of the dead letters: {Problems}", now);
        else log.LogInformation("the store of the dead letters is well");
    }
}
