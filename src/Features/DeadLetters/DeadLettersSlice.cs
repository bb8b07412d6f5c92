using System.Diagnostics.Metrics;
using Hobom.Slices.Audit;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Masking;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Http.Masking;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.DeadLetters;

/// <param name="Version">Another number whenever any letter came, went or changed.</param>
/// <param name="AsOf">When Redis last told of changes; null before the first load.</param>
public sealed record LettersSeen(bool Loaded, int Count, long Version, DateTimeOffset? AsOf);

/// <summary>
/// What could not be delivered: the letters' store is followed, replays run, and the operators' routes have what they ask.
/// No flow of its own: it replays those of the others.
/// </summary>
public sealed class DeadLettersSlice : IDisposable
{
    readonly DeadLettersParts parts;
    readonly DeadLettersPoller poller;
    readonly ReplayRunner runner;
    readonly ReplayJobRunner jobs;
    readonly Action<IServiceCollection> addServices;

    DeadLettersSlice(RedisConnection redis, IReadOnlyList<Slice> slices, AuditTrail trail, TimeProvider clock, ILoggerFactory logs)
    {
        var letters = new RedisDeadLetterStore(redis, clock);
        var catalogue = new LetterCatalogue(clock);
        var health = new RedisStoreHealth(redis, clock);
        var kept = new RedisReplayJobs(redis);
        parts = new DeadLettersParts(
            new LetterReconciler(redis, clock), new LetterFeed(redis, catalogue, TextMask.MaskText, clock), catalogue,
            new StoreWatch(health.ReadAsync, logs.CreateLogger<StoreWatch>()), new GroupNotes(redis, catalogue, clock));
        poller = new DeadLettersPoller(parts, clock, logs.CreateLogger<DeadLettersPoller>());
        runner = new ReplayRunner(letters, slices, trail, clock) { Past = catalogue.Past };
        jobs = new ReplayJobRunner(kept, runner, trail, clock, logs.CreateLogger<ReplayJobRunner>());
        var owners = new LetterOwners(slices);
        addServices = services => services
            .AddSingleton(letters).AddSingleton(catalogue).AddSingleton(parts.Feed).AddSingleton(parts.Notes).AddSingleton(health)
            .AddSingleton(new LetterKinds(catalogue, slices.SelectMany(s => s.LetterKinds).Distinct()))
            .AddSingleton(new RedisTombstones(redis)).AddSingleton(owners)
            .AddSingleton(new MaskRules(slices.Select(s => (s.Route.Category, s.Payloads))))
            .AddSingleton<LetterAnswers>().AddSingleton<CloserLook>().AddSingleton(new LetterEditor(letters, slices, trail, clock))
            .AddSingleton(runner).AddSingleton(kept).AddSingleton<ReplayAtHolder>()
            .AddSingleton(new ReplayJobPlanner(kept, parts.Feed, catalogue, letters, runner, jobs, owners, trail, clock));
    }

    /// <summary>How current the lists of letters are.</summary>
    public LettersSeen Now => new(parts.Catalogue.IsLoaded, parts.Catalogue.Count, parts.Catalogue.Version, parts.Feed.AsOf);

    /// <summary>Where the flows put their letters: there before the slices are.</summary>
    public static LetterPort Letters(RedisConnection redis, TimeProvider clock) => new RedisDeadLetterStore(redis, clock).Port;

    /// <param name="slices">All whose letters can be replayed.</param>
    public static DeadLettersSlice Build(
        RedisConnection redis, IReadOnlyList<Slice> slices, AuditTrail trail, TimeProvider clock, ILoggerFactory logs) =>
        new(redis, slices, trail, clock, logs);

    /// <summary>What its routes ask beside the clock and the audit, and its part of readiness.</summary>
    public void AddTo(IServiceCollection services)
    {
        addServices(services);
        services.AddHealthChecks().AddCheck("dead-letters", new DeadLettersCheck(parts));
    }

    /// <param name="slices">Whose letters are counted by their categories.</param>
    public void Observe(IMeterFactory meters, IReadOnlyList<Slice> slices, TimeProvider clock) =>
        LetterMeter.Observe(meters, [.. slices.Select(s => s.Route.Category.Name)], parts, jobs, clock);

    /// <summary>Looks after the letters until told to stop.</summary>
    public Task FollowAsync(CancellationToken stopping) => poller.RunAsync(stopping);

    /// <summary>Returns when told to stop and the batches of the jobs under way have ended.</summary>
    public Task RunJobsAsync(CancellationToken stopping) => jobs.RunAsync(stopping);

    /// <summary>For the end of the process: completes when no replay is under way.</summary>
    public Task DrainAsync() => runner.DrainAsync();

    public void Dispose() => parts.Feed.Dispose();
}
