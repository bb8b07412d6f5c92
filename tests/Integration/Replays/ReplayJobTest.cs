using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Audit;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Replays;

/// <summary>Letters in a Redis, a topic that keeps what it is sent, and processes that run jobs.</summary>
public abstract class ReplayJobTest(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    protected const string Message = """{"type":"MAIL_MESSAGE","title":"t","body":"b","recipient":"r","sentAt":"2026-03-05T12:51:13Z"}""";

    readonly List<ReplayProcess> processes = [];

    protected RedisFixture Redis => redis;

    protected RecordedTopic Topic { get; } = new();

    public Task InitializeAsync() => redis.ClearAsync();

    public async Task DisposeAsync()
    {
        foreach (var process in processes) await process.DisposeAsync();
    }

    protected ReplayProcess NewProcess()
    {
        processes.Add(new ReplayProcess(redis, Topic));
        return processes[^1];
    }

    protected async Task SaveAsync(params IReadOnlyList<string> ids)
    {
        foreach (var some in ids.Chunk(64))
            await Task.WhenAll(some.Select(async id =>
            {
                (await redis.Store.SaveAsync(Of(Key(id), payload: Encoding.UTF8.GetBytes(Message)))).Right();
                (await redis.Store.NoteRowFailedAsync(Key(id))).Right();
            }));
    }

    protected static async Task<ReplayJob> PlannedAsync(ReplayProcess process, ReplayJobOptions options, string? patch = null)
    {
        (await process.Feed.LoadAsync()).Right();
        using var json = patch is null ? null : JsonDocument.Parse(patch);
        Assert.Null(ReplayJobPlanner.ParsePatch(json?.RootElement, out var parsed));
        return (await process.JobPlanner.PlanAsync(new ReplaySelection(LetterFilter.All, null, options, parsed), ReplayProcess.Anna)).Right();
    }

    protected static async Task<ReplayJob> StartedAsync(ReplayProcess process, ReplayJobOptions options, string? patch = null)
    {
        var planned = await PlannedAsync(process, options, patch);
        return (await process.JobPlanner.TellAsync(planned.Id, ReplayJobCommand.Start, ReplayProcess.Anna)).Right();
    }

    /// <summary>The end is told to the audit after it is kept.</summary>
    protected async Task<ReplayJob> EndedAsync(ReplayProcess process, string id)
    {
        await UntilAsync(async () => (await AuditAsync()).Any(
            e => e.Set == id && e is { Phase: AuditEntry.Outcome, Action: "replay job ended" }));
        return (await process.Jobs.GetAsync(id)).Right();
    }

    /// <summary>The dead process has not renewed its leases.</summary>
    protected async Task HalfAMinuteLaterAsync(string id)
    {
        await redis.Plain.KeyExpireAsync($"dlqx:job:{id}:lease", TimeSpan.FromMilliseconds(1));
        await ReplayProcess.HalfAMinuteLaterAsync(redis);
    }

    protected async Task<IReadOnlyList<AuditEntry>> AuditAsync() =>
        (await new RedisAuditLog(redis.Connection).PageAsync(new AuditFilter(), 100, null)).Right().Entries;

    protected static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var since = Stopwatch.StartNew();
        while (!await holds() && since.Elapsed < TimeSpan.FromMinutes(3)) await Task.Delay(50);
        Assert.True(await holds());
    }
}
