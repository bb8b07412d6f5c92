using System.Collections.Concurrent;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.DeadLetters.Replays;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Integration.Kafka;
using Hobom.Slices.Tests.Integration.Redis;
using LanguageExt;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Tests.Integration.Replays;

/// <summary>All that one processor remembers, over a Redis and a topic that it shares with others.</summary>
public sealed class ReplayProcess : IAsyncDisposable
{
    static readonly Task<Either<PublishFailure, RecordPosition>> Never = new TaskCompletionSource<Either<PublishFailure, RecordPosition>>().Task;

    readonly ConcurrentDictionary<Category, FlowLeases> leases = new();
    readonly ProcessIdentity identity = TestLeases.NewProcess();
    readonly RedisConnection redis;
    readonly RecordedTopic topic;
    readonly DeliveryRunner runner;
    readonly CancellationTokenSource stopping = new();
    readonly LinesLogger<ReplayJobRunner> jobLog = new(LogLevel.Debug);
    Task running = Task.CompletedTask;

    public ReplayProcess(RedisFixture fixture, RecordedTopic topic)
    {
        this.topic = topic;
        redis = RedisFixture.ConnectionTo(fixture.Server.Address, TimeSpan.FromMinutes(1));
        Store = new RedisDeadLetterStore(redis, TimeProvider.System);
        var marks = new MarkPort(
            id =>
            {
                if (Marking(id) is { } failure) return Task.FromResult(Prelude.Left<CallFailure, MarkOutcome>(failure));
                Marked.Enqueue(id);
                return MarkOf();
            },
            (_, _) => MarkOf());
        var tools = new FlowDependencies(
            TimeProvider.System, () => 0.5, NullLoggerFactory.Instance, (delivery, _, guard) => PublishAsync(delivery, guard),
            (_, _, ids, _) => topic.FindAsync(ids), LeasesOf,
            new RedisLedgerStore(
                redis, new KeptPositions(redis, KeptPositions.DefaultRetention, TimeProvider.System), TimeProvider.System,
                NullLogger<RedisLedgerStore>.Instance).Of,
            Store.Port,
            TimeSpan.FromSeconds(5), 1_000_000);
        runner = tools.NewRunner("messages", MessageDecisions.Route, marks);
        var loop = tools.NewLoop("messages", MessageDecisions.Route, _ => Task.FromResult(new VisitReport(0, 0, 0, 0, 0, null, null)));
        Slice = new Slice("messages", MessageDecisions.Route, "nowhere:1", loop, runner, id => id.Value, MessagesSlice.Payloads(TimeProvider.System));
        Trail = new AuditTrail(new RedisAuditLog(redis).AppendAsync, TimeProvider.System, NullLogger<AuditTrail>.Instance);
        Replays = new ReplayRunner(Store, [Slice], Trail, TimeProvider.System);
        Jobs = new RedisReplayJobs(redis);
        Runner = new ReplayJobRunner(Jobs, Replays, Trail, TimeProvider.System, jobLog);
        Catalogue = new LetterCatalogue(TimeProvider.System);
        Feed = new LetterFeed(redis, Catalogue, text => text, TimeProvider.System);
        JobPlanner = new ReplayJobPlanner(Jobs, Feed, Catalogue, Store, Replays, Runner, new LetterOwners([Slice]), Trail, TimeProvider.System);
        Repair = new LetterEditor(Store, [Slice], Trail, TimeProvider.System);
    }

    public static Caller Anna { get; } = new("anna", "127.0.0.1", "trace-1");

    public RedisDeadLetterStore Store { get; }

    public Slice Slice { get; }

    public AuditTrail Trail { get; }

    public ReplayRunner Replays { get; }

    public RedisReplayJobs Jobs { get; }

    public ReplayJobRunner Runner { get; }

    /// <summary>What the runner has logged.</summary>
    public IEnumerable<string> JobLines => jobLog.Lines;

    public LetterCatalogue Catalogue { get; }

    public LetterFeed Feed { get; }

    public ReplayJobPlanner JobPlanner { get; }

    public LetterEditor Repair { get; }

    /// <summary>How a publish ends that does not end well; null for well. Asked before the record is appended.</summary>
    public Func<Delivery, Task<PublishFailure?>> Publishing { get; set; } = _ => Task.FromResult<PublishFailure?>(null);

    /// <summary>Whether the acknowledgement of this record never comes: the process dies in between.</summary>
    public Func<Delivery, bool> DiesAfter { get; set; } = _ => false;

    /// <summary>Whether the process dies before this record is appended.</summary>
    public Func<Delivery, bool> DiesBefore { get; set; } = _ => false;

    /// <summary>How marking a row SENT ends that does not end well; null for well.</summary>
    public Func<EventId, CallFailure?> Marking { get; set; } = _ => null;

    public ConcurrentQueue<EventId> Marked { get; } = new();

    public void SeePending(params IEnumerable<EventId> ids) => runner.Pending.Note(ids.ToHashSet());

    /// <summary>A dead process's lease is over.</summary>
    public static Task HalfAMinuteLaterAsync(RedisFixture fixture) => fixture.Plain.KeyDeleteAsync("dlqx:lease:menu");

    public void RunJobs() => running = Runner.RunAsync(stopping.Token);

    /// <summary>Nothing of it is heard of again: what hangs stays so.</summary>
    public ValueTask KillAsync() => redis.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await redis.DisposeAsync();
        await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(5)));
        Feed.Dispose();
        stopping.Dispose();
    }

    FlowLeases LeasesOf(RelayRoute route) => leases.GetOrAdd(
        route.Category, category => FlowLeases.Whole(TestLeases.New(redis, category.Name, identity)));

    async Task<Either<PublishFailure, RecordPosition>> PublishAsync(Delivery delivery, Func<PublishFailure?> guard)
    {
        if (guard() is { } blocked) return blocked;
        if (DiesBefore(delivery)) return await Never;
        if (await Publishing(delivery) is { } failure) return failure;
        topic.Append(delivery);
        if (DiesAfter(delivery)) return await Never;
        return new RecordPosition(0, 0);
    }

    static Task<Either<CallFailure, MarkOutcome>> MarkOf() =>
        Task.FromResult(Prelude.Right<CallFailure, MarkOutcome>(MarkOutcome.Marked));
}
