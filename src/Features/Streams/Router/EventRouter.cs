using System.Collections.Concurrent;
using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Runtime;
using LanguageExt;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Streams;

/// <summary>
/// One process's part in the work: it owns shards, spread evenly over the processes that live, and works on each by itself.
/// </summary>
public sealed class EventRouter(RouterParts parts) : IAsyncDisposable
{
    /// <summary>Between two looks at who owns what: the longest that a released shard lies idle.</summary>
    static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(200);

    readonly RouterRegistry registry = new(parts.Redis, parts.Process, parts.Settings.LeaseLife);
    readonly ConcurrentDictionary<string, OwnedShard> owned = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, ShardProgress> progress = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, bool> crashed = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, NewEntries> news = new(StringComparer.Ordinal);

    /// <summary>That Redis had when this process last looked; null before it has.</summary>
    string? epoch;

    /// <summary>What is owned, part by part. Known once Redis has told the layout; empty before.</summary>
    public IReadOnlyList<ShardStream> Owned { get; private set; } = [];

    /// <summary>The streams that are read.</summary>
    public IReadOnlyList<ShardStream> Streams => [.. Owned.Where(s => s.Part is not StreamPart.Slice)];

    /// <summary>The streams that an operator has paused, as last seen.</summary>
    public IReadOnlyCollection<string> Paused { get; private set; } = [];

    /// <summary>Why the layout is not the one that was asked for, or null.</summary>
    public string? LayoutProblem { get; private set; }

    /// <summary>When Redis last answered a look at the shards; null before it has.</summary>
    public DateTimeOffset? LastTick { get; private set; }

    public RouterParts Parts => parts;

    public IReadOnlyList<ShardStatus> Statuses => [.. progress.Values.Select(p => p.Status)];

    /// <param name="part">A stream, or one of its slices by name.</param>
    public bool Owns(string part) => owned.ContainsKey(part);

    /// <summary>For every process.</summary>
    /// <returns>False where it was so before.</returns>
    public Task<Either<StoreFailure, bool>> SetPausedAsync(string stream, bool isPaused, string by) =>
        registry.SetPausedAsync(stream, isPaused, by);

    /// <summary>Returns when told to stop, no entry is under way, and every shard is free for others.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (Owned.Count == 0 && !stopping.IsCancellationRequested)
            if (!await LearnLayoutAsync()) await Delays.WaitAsync(TickInterval, parts.Clock, stopping);
        while (!stopping.IsCancellationRequested)
        {
            await GuardedTickAsync();
            await Delays.WaitAsync(TickInterval, parts.Clock, stopping);
        }

        await registry.LeaveAsync();
        await Task.WhenAll(owned.Keys.Select(GiveAsync));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var waiting in news.Values) await waiting.DisposeAsync();
    }

    async Task<bool> LearnLayoutAsync()
    {
        var wished = parts.Handlers.Domains.ToDictionary(d => d, parts.Settings.ShardsOf, StringComparer.Ordinal);
        if (!(await registry.LayoutAsync(wished)).TryGetRight(out var kept, out _)) return false;
        TellOfLayout(wished, kept);
        Owned = [.. kept.OrderBy(k => k.Key, StringComparer.Ordinal).SelectMany(k => StreamLayout.PartsOf(k.Key, k.Value))];
        return true;
    }

    void TellOfLayout(IReadOnlyDictionary<string, int> wished, IReadOnlyDictionary<string, int> kept)
    {
        string[] others = [.. wished.Where(w => kept[w.Key] != w.Value).Select(w => $"{w.Key} has {kept[w.Key]} shards and not {w.Value}")];
        if (others.Length == 0) return;
        LayoutProblem = $"{string.Join(", ", others)}: what Redis has ({RouterKeys.Layout}) counts, for producers rely on it";
        parts.Log.LogError(LogEvents.Named("streams.layout"), "{Problem}", LayoutProblem);
    }

    async Task GuardedTickAsync()
    {
        try
        {
            await TickAsync();
        }
        catch (Exception bug)
        {
            parts.Log.LogError(LogEvents.Named("streams.bug"), bug, "looking after the streams failed unexpectedly");
        }
    }

    async Task TickAsync()
    {
        (string Part, string Holder)[] held =
            [.. Owned.Select(s => (s.Name, owned.TryGetValue(s.Name, out var mine) ? mine.Holder : ""))];
        if (!(await registry.TickAsync(held)).TryGetRight(out var seen, out _)) return;
        LastTick = parts.Clock.GetUtcNow();
        Paused = seen.Paused;
        if (epoch is { } known && known != seen.Epoch) await TellOfLostRedisAsync(held);
        epoch = seen.Epoch;
        foreach (var ((stream, holder), now) in held.Zip(seen.Holders, ValueTuple.Create))
            if (holder.Length > 0 && holder != now) await DropAsync(stream);
        foreach (var (stream, shard) in owned)
            if (shard.Work.IsCompleted) await GiveAsync(stream);

        var owners = Owned.Zip(seen.Holders, ValueTuple.Create).ToDictionary(
            s => s.Item1.Name, s => OwnershipSeen.ProcessOf(s.Item2), StringComparer.Ordinal);
        var plan = OwnershipPlan.Of(parts.Process, seen.Alive, owners);
        foreach (var stream in plan.Take) await TakeAsync(Owned.First(s => s.Name == stream));
        if (plan.Give is { } given && owned.ContainsKey(given)) await GiveAsync(given);
    }

    /// <summary>Whoever owns a stream next finds nothing of what was: only who had it until now can tell.</summary>
    async Task TellOfLostRedisAsync(IReadOnlyList<(string Part, string Holder)> held)
    {
        foreach (var (part, _) in held.Where(h => h.Holder.Length > 0))
        {
            if (!progress.TryGetValue(part, out var its) || its.Seen is not { Added: > 0 } before) continue;
            its.Seen = null;
            new ShardAlarms(Owned.First(s => s.Name == part), its, parts).TellOfGap(new StreamGap.All(before));
            if (before.Open > 0) await registry.NoteLostAsync(part, before.Open);
        }

        // What this process works by is what those to come are told.
        var mine = Owned.DistinctBy(s => s.Domain).ToDictionary(s => s.Domain, s => s.Shards, StringComparer.Ordinal);
        if ((await registry.LayoutAsync(mine)).TryGetRight(out var kept, out _)) TellOfLayout(mine, kept);
    }

    async Task TakeAsync(ShardStream shard)
    {
        if (!(await registry.TakeAsync(shard.Name)).TryGetRight(out var holder, out _) || holder.Length == 0) return;
        var stop = new CancellationTokenSource();
        owned[shard.Name] = new OwnedShard(holder, stop, WorkAsync(shard.Name, WorkOn(shard, holder), stop.Token));
        parts.Log.LogInformation(
            LogEvents.Named("streams.taken"), "{Stream}: taken under number {Fence}", shard.Name, holder.Split(' ')[0]);
    }

    Func<CancellationToken, Task> WorkOn(ShardStream shard, string holder)
    {
        var store = new ShardStore(parts.Redis, parts.Settings, shard, parts.Process, holder);
        var watched = shard.Part is StreamPart.Slice ? RouterKeys.Bell(shard.Name) : shard.Key;
        var waiting = news.GetOrAdd(watched, key => new NewEntries(key, parts.NewConnection, parts.Settings.Block, parts.Clock));
        var its = progress.GetOrAdd(shard.Name, name => new ShardProgress(name));
        bool IsPaused() => parts.IsPaused() || Paused.Contains(shard.Key);
        return shard.Part switch
        {
            StreamPart.Dealing => new DealingWorker(shard, store, waiting, its, parts, IsPaused).RunAsync,
            StreamPart.Whole or StreamPart.Slice =>
                new ShardWorker(shard, store, waiting, its, parts, IsPaused, crashed.TryRemove(shard.Name, out _)).RunAsync,
            _ => throw new UnreachableException(),
        };
    }

    async Task WorkAsync(string part, Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        try
        {
            await work(stopping);
        }
        catch (Exception bug)
        {
            crashed[part] = true;
            parts.Log.LogError(
                LogEvents.Named("streams.bug"), bug, "{Stream}: the work on it failed unexpectedly and begins again", part);
        }
    }

    /// <summary>Ends the work when nothing of it is under way, and leaves the shard to others.</summary>
    async Task GiveAsync(string stream)
    {
        if (!owned.TryGetValue(stream, out var shard)) return;
        await DropAsync(stream);
        await registry.ReleaseAsync(stream, shard.Holder);
        parts.Log.LogInformation(LogEvents.Named("streams.given-back"), "{Stream}: given back", stream);
    }

    async Task DropAsync(string stream)
    {
        if (!owned.TryGetValue(stream, out var shard)) return;
        await shard.Stop.CancelAsync();
        await shard.Work;
        owned.TryRemove(stream, out _);
        shard.Stop.Dispose();
        parts.Meter.Forget(stream);
    }

    sealed record OwnedShard(string Holder, CancellationTokenSource Stop, Task Work);
}
