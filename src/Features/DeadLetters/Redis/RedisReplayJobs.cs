using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>Why a job was not changed.</summary>
public abstract record JobFault(string Message)
{
    public sealed record NoJob(string Id) : JobFault($"there is no job {Id}");

    /// <summary>Not in its present state, or not beside another job.</summary>
    public sealed record Refused(string Reason) : JobFault(Reason);

    /// <summary>Another process runs it.</summary>
    public sealed record LeaseLost() : JobFault("another process runs the job");

    public sealed record StoreDown(StoreFailure Failure) : JobFault(Failure.Message);
}

/// <summary>
/// Replay jobs in Redis. A job is written on the guard that it is still what was read, so a person's word and the
/// runner's results never undo each other; its list of keys is written once. One job at a time has a category.
/// </summary>
public sealed class RedisReplayJobs(RedisConnection redis)
{
    /// <summary>Keys in one part of the list.</summary>
    public const int PartSize = 500;

    /// <summary>A process that has not renewed its lease for so long runs the job no more.</summary>
    public static readonly TimeSpan LeaseLife = TimeSpan.FromSeconds(30);

    /// <summary>The lease's place among a write's guards.</summary>
    const int LeaseGuard = 0;

    const int IdLength = 32;

    static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(20);

    /// <param name="keys">In the order of their places.</param>
    public async Task<Either<StoreFailure, Unit>> CreateAsync(ReplayJob job, IReadOnlyList<DeadLetterKey> keys)
    {
        var parts = keys.Select(k => k.Format()).Chunk(PartSize)
            .Select((part, n) => new HashEntry(n, JsonSerializer.SerializeToUtf8Bytes(part, ReplayJobJson.Default.StringArray)));
        var written = await redis.RunAsync(
            async db =>
            {
                foreach (var some in parts.Chunk(50))
                {
                    await db.HashSetAsync(LetterKeys.JobKeys(job.Id), some);
                    // Whatever ends this here: what nothing names goes by itself.
                    await db.KeyExpireAsync(LetterKeys.JobKeys(job.Id), ReplayJob.PlanLife);
                }

                return await db.CommitAsync(new GuardedWrite(
                [
                    RedisCommand.Set(LetterKeys.Job(job.Id), job.Format(), ReplayJob.PlanLife),
                    RedisCommand.Live(LetterKeys.JobKeys(job.Id), ReplayJob.PlanLife),
                    RedisCommand.Rank(LetterKeys.Jobs, job.Id, job.CreatedAt.ToUnixTimeMilliseconds()),
                ]));
            },
            WriteLimit);
        return written.Map(_ => Unit.Default);
    }

    public async Task<Either<JobFault, ReplayJob>> GetAsync(string id) =>
        !IsId(id) ? new JobFault.NoJob(id[..Math.Min(id.Length, IdLength)])
        : (await redis.RunAsync(db => db.StringGetAsync(LetterKeys.Job(id)))).Match(
            Right: text => Parse(id, text),
            Left: failure => new JobFault.StoreDown(failure));

    /// <summary>The newest first; those whose time is over are taken out of the list.</summary>
    public Task<Either<StoreFailure, IReadOnlyList<ReplayJob>>> ListAsync(int limit) =>
        redis.RunAsync<IReadOnlyList<ReplayJob>>(async db =>
        {
            var ids = await db.SortedSetRangeByRankAsync(LetterKeys.Jobs, 0, limit - 1, Order.Descending);
            if (ids.Length == 0) return [];
            var texts = await db.StringGetAsync([.. ids.Select(id => (RedisKey)LetterKeys.Job((string)id!))]);
            var gone = ids.Where((_, i) => texts[i].IsNull).ToArray();
            if (gone.Length > 0) await db.SortedSetRemoveAsync(LetterKeys.Jobs, gone);
            return [.. texts.Where(t => !t.IsNull).Select(t => ReplayJob.Parse((byte[])t!)).OfType<ReplayJob>()];
        });

    /// <summary>Ids of the jobs that have a category to themselves.</summary>
    public Task<Either<StoreFailure, IReadOnlyList<string>>> ActiveAsync() =>
        redis.RunAsync<IReadOnlyList<string>>(async db =>
            [.. (await db.HashValuesAsync(LetterKeys.JobsActive)).Select(v => (string)v!).Distinct(StringComparer.Ordinal)]);

    /// <summary>The keys at these places.</summary>
    public Task<Either<StoreFailure, IReadOnlyDictionary<int, string>>> KeysAsync(string id, IReadOnlyList<int> places) =>
        redis.RunAsync<IReadOnlyDictionary<int, string>>(async db =>
        {
            var keys = new Dictionary<int, string>(places.Count);
            foreach (var part in places.GroupBy(p => p / PartSize))
            {
                var text = (byte[]?)await db.HashGetAsync(LetterKeys.JobKeys(id), part.Key) ?? "[]"u8.ToArray();
                var names = JsonSerializer.Deserialize(text, ReplayJobJson.Default.StringArray) ?? [];
                foreach (var place in part.Where(p => p % PartSize < names.Length)) keys[place] = names[place % PartSize];
            }

            return keys;
        });

    /// <summary>False where another process has it.</summary>
    public async Task<Either<StoreFailure, bool>> TakeLeaseAsync(string id, string process) =>
        await redis.RunAsync(db => db.StringSetAsync(LetterKeys.JobLease(id), process, LeaseLife, When.NotExists));

    public Task<Either<StoreFailure, bool>> RenewLeaseAsync(string id, string process) =>
        OnLeaseAsync(id, process, lease => RedisCommand.Live(lease, LeaseLife));

    public Task GiveLeaseBackAsync(string id, string process) => OnLeaseAsync(id, process, lease => RedisCommand.Delete(lease));

    /// <summary>Reads, decides, writes; again where the job was changed by another in between.</summary>
    /// <param name="process">Whose lease this wants, and renews; null for a person's word.</param>
    /// <param name="decide">May be asked more than once.</param>
    public async Task<Either<JobFault, ReplayJob>> ChangeAsync(
        string id, string? process, Func<ReplayJob, Either<JobRefusal, ReplayJob>> decide)
    {
        var done = await redis.CompareAndWriteAsync(
            $"job {id}", ReadAsync,
            seen =>
            {
                if (!Parse(id, seen.Text).TryGetRight(out var job, out var fault)) return (fault, null);
                if (!decide(job).TryGetRight(out var changed, out var refusal)) return (new JobFault.Refused(refusal.Message), null);
                if (!job.IsActive && changed.IsActive && OtherOf(changed, seen.Active) is { } other)
                    return (new JobFault.Refused(other), null);
                return ((Either<JobFault, ReplayJob>)changed, WriteOf(seen.Text, job, changed, process));
            },
            by =>
                by.Guard == LeaseGuard && process is not null
                    ? (Either<JobFault, ReplayJob>)new JobFault.LeaseLost()
                    : Option<Either<JobFault, ReplayJob>>.None);
        return done.Match(Right: answer => answer, Left: failure => new JobFault.StoreDown(failure));

        async Task<(RedisValue Text, HashEntry[] Active)> ReadAsync(IDatabase db) =>
            (await db.StringGetAsync(LetterKeys.Job(id)), await db.HashGetAllAsync(LetterKeys.JobsActive));
    }

    static GuardedWrite WriteOf(RedisValue seen, ReplayJob job, ReplayJob changed, string? process)
    {
        var (name, lease) = (LetterKeys.Job(job.Id), LetterKeys.JobLease(job.Id));
        TimeSpan? life = changed.IsActive ? null : ReplayJob.EndedLife;
        var guards = new List<Guard> { Guard.Equal(name, seen) };
        var commands = new List<RedisCommand>
        {
            RedisCommand.Set(name, changed.Format(), life), RedisCommand.Live(LetterKeys.JobKeys(job.Id), life),
        };
        if (process is not null)
        {
            guards.Insert(LeaseGuard, Guard.Equal(lease, process));
            commands.Add(RedisCommand.Live(lease, LeaseLife));
        }

        var categories = changed.Plan.Categories.Select(c => (RedisValue)c.Category).ToArray();
        if (changed.IsActive && !job.IsActive)
        {
            guards.AddRange(categories.Select(c => Guard.NoField(LetterKeys.JobsActive, c)));
            commands.Add(RedisCommand.SetFields(LetterKeys.JobsActive, [.. categories.Select(c => new HashEntry(c, job.Id))]));
        }

        if (!changed.IsActive && job.IsActive) commands.Add(RedisCommand.RemoveFields(LetterKeys.JobsActive, categories));
        return new GuardedWrite(commands, guards);
    }

    async Task<Either<StoreFailure, bool>> OnLeaseAsync(string id, string process, Func<string, RedisCommand> change)
    {
        var lease = LetterKeys.JobLease(id);
        var outcome = await redis.CommitAsync(new GuardedWrite([change(lease)], Guard.Equal(lease, process)));
        return outcome.Map(o => o is WriteOutcome.Written);
    }

    /// <summary>Any other text could name another key of ours.</summary>
    static bool IsId(string id) => id.Length == IdLength && id.All(char.IsAsciiHexDigitLower);

    static string? OtherOf(ReplayJob job, HashEntry[] active) =>
        active.FirstOrDefault(e => e.Value != job.Id && job.Plan.Categories.Any(c => c.Category == e.Name)) is { Name.IsNull: false } other
            ? $"job {other.Value} has the letters of category '{other.Name}'"
            : null;

    static Either<JobFault, ReplayJob> Parse(string id, RedisValue text) =>
        text.IsNull ? new JobFault.NoJob(id)
        : ReplayJob.Parse((byte[])text!) is { } job ? job
        : new JobFault.Refused("another build has written the job, and this one cannot read it");
}
