using System.Diagnostics;
using System.Globalization;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Hobom.Slices.Broker.Stores.Redis;

/// <summary>
/// The journal as a Redis stream, <c>&lt;stream&gt;:journal</c>. Beside it are, for other programs, the events in the stream itself
/// and how each is in <c>&lt;stream&gt;:status:&lt;id&gt;</c>: names and fields of the broker's contract.
/// </summary>
sealed class RedisJournal : IAsyncDisposable
{
    const int PageLimit = 500;
    static readonly TimeSpan StatusLife = TimeSpan.FromDays(7);
    static readonly TimeSpan Block = TimeSpan.FromSeconds(1);
    static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(500);

    readonly RedisConnection redis;
    readonly RedisConnection waiting;
    readonly string stream;
    readonly TimeProvider clock;
    readonly string ownEpoch = Guid.CreateVersion7().ToString("N");
    volatile string epoch = "";
    long seen;

    public RedisJournal(RedisAddress address, string stream, TimeProvider clock)
    {
        (this.stream, this.clock) = (stream, clock);
        redis = new RedisConnection(address, clock, NullLogger<RedisConnection>.Instance);
        waiting = new RedisConnection(address, clock, NullLogger<RedisConnection>.Instance);
        Port = new JournalPort((position, _) => ReadAsync(position), (command, position, _) => AppendAsync(command, position),
            (position, state, _) => KeepAsync(position, state), WatchAsync, TellAsync);
    }

    public JournalPort Port { get; }

    RedisKey Head => stream + ":journal:head";

    RedisKey Log => stream + ":journal";

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await waiting.DisposeAsync();
    }

    async Task<Either<StoreFailure, JournalPage>> ReadAsync(ulong position)
    {
        var asked = await redis.RunAsync(
            async db => (RedisResult[])(await StoreScripts.Read.RunAsync(db, [Head, Log], [epoch, position, PageLimit]))!,
            TimeSpan.FromSeconds(10));
        if (!asked.TryGetRight(out var reply, out var failure)) return failure;
        switch ((string)reply[0]!)
        {
            case "empty":
                return new JournalPage(null, [], IsLost: position > 0);
            case "kept":
                epoch = (string)reply[1]!;
                return new JournalPage(
                    (long)reply[2] > 0 ? new KeptState((ulong)(long)reply[2], (byte[])reply[3]!) : KeptState.Nothing, [], IsLost: false);
            case "on":
                epoch = (string)reply[1]!;
                (ulong Position, JournalCommand Command)[] commands = [.. ((RedisResult[])reply[2]!).Select(Entry)];
                Interlocked.Exchange(ref seen, (long)(commands.Length > 0 ? commands[^1].Position : position));
                return new JournalPage(null, commands, IsLost: false);
            default:
                throw new UnreachableException();
        }
    }

    async Task<Either<StoreFailure, Option<ulong>>> AppendAsync(JournalCommand command, ulong position)
    {
        var arguments = new List<RedisValue> { epoch, ownEpoch, position, command.Write() };
        if (command is JournalCommand.Append append)
            foreach (var (json, given) in append.Events.Select(e => (e, EventJson.Read(e))))
                arguments.AddRange([json, given.Id, given.Type, given.Source, EventStatus.Pending.Word(), given.InstanceId]);
        var asked = await redis.RunAsync(
            async db => (string[])(await StoreScripts.Append.RunAsync(db, [Head, Log, stream], [.. arguments]))!, TimeSpan.FromSeconds(5));
        if (!asked.TryGetRight(out var reply, out var failure)) return failure;
        if (reply[0] != "added") return Option<ulong>.None;
        epoch = reply[2];
        return Option<ulong>.Some(ulong.Parse(reply[1], CultureInfo.InvariantCulture));
    }

    async Task<Either<StoreFailure, Unit>> KeepAsync(ulong position, byte[] state) =>
        (await redis.RunAsync(
            db => StoreScripts.Keep.RunAsync(db, [Head, Log], [epoch, ownEpoch, position, state]), TimeSpan.FromSeconds(30)))
        .Map(_ => Unit.Default);

    async Task WatchAsync(Action changed, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var looked = waiting.RunAsync(
                db => db.ExecuteAsync(
                    "XREAD", "COUNT", 1, "BLOCK", (long)Block.TotalMilliseconds, "STREAMS", (string)Log!,
                    $"{Interlocked.Read(ref seen)}-0"),
                Block + TimeSpan.FromSeconds(2));
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(looked, Delays.WaitAsync(Timeout.InfiniteTimeSpan, clock, ended.Token));
            await ended.CancelAsync();
            if (stopping.IsCancellationRequested) return;
            var found = await looked;
            if (found.IsLeft) await Delays.WaitAsync(FailurePause, clock, stopping);
            else if (found.Match(reply => !reply.IsNull, _ => false))
            {
                changed();
                // The answer to that look takes a moment; another one now would find the same.
                await Delays.WaitAsync(TimeSpan.FromMilliseconds(5), clock, stopping);
            }
        }
    }

    Task TellAsync(JournalNews news) => news.Changed.Count + news.Gone.Count == 0 ? Task.CompletedTask : redis.RunAsync(db => Task.WhenAll(
        [.. news.Changed.Select(e => (Task)StoreScripts.Status.RunAsync(db, [StatusKey(e.Event.Id)], StatusOf(e, news.Position))),
            .. news.Gone.Select(e => RemoveAsync(db, e))]).ContinueWith(done => done.IsCompletedSuccessfully, TaskScheduler.Default));

    async Task RemoveAsync(IDatabase db, EventIdentity gone)
    {
        var entry = await db.HashGetAsync(stream + ":entries", gone.ToString());
        if (!entry.IsNull) await db.StreamDeleteAsync(stream, [entry]);
        await db.HashDeleteAsync(stream + ":entries", gone.ToString());
        await db.KeyDeleteAsync(StatusKey(gone.Id));
    }

    RedisKey StatusKey(string id) => $"{stream}:status:{id}";

    RedisValue[] StatusOf(StoredEvent stored, ulong position)
    {
        var retries = stored.Handlings.Sum(h => Math.Max(0, h.Attempts - 1));
        var values = new List<RedisValue>
        {
            position, (long)StatusLife.TotalSeconds, "status", stored.Status.Word(),
            "updated_at", clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ssZ", CultureInfo.InvariantCulture), "retry_count", retries,
        };
        if (stored.Handlings.Select(h => h.LastError).LastOrDefault(e => e is not null) is { } error) values.AddRange(["error", error]);
        return [.. values];
    }

    static (ulong Position, JournalCommand Command) Entry(RedisResult entry)
    {
        var parts = (RedisResult[])entry!;
        var position = ulong.Parse(((string)parts[0]!).Split('-')[0], CultureInfo.InvariantCulture);
        return (position, JournalCommand.Read((byte[])((RedisResult[])parts[1]!)[1]!));
    }
}
