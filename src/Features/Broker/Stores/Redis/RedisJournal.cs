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
    static readonly TimeSpan Block = TimeSpan.FromSeconds(1);
    static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(500);

    readonly RedisConnection redis;
    readonly RedisConnection waiting;
    readonly string stream;
    readonly TimeProvider clock;
    readonly string ownEpoch = Guid.CreateVersion7().ToString("N");
    readonly JournalMarks marks = new();
    readonly RedisShown shown;
    volatile string epoch = "";
    (ulong Position, string Mark) end = (0, "");
    long seen;

    public RedisJournal(RedisAddress address, string stream, TimeProvider clock)
    {
        (this.stream, this.clock) = (stream, clock);
        redis = new RedisConnection(address, clock, NullLogger<RedisConnection>.Instance);
        waiting = new RedisConnection(address, clock, NullLogger<RedisConnection>.Instance);
        shown = new RedisShown(redis, stream, Head, clock);
        Port = new JournalPort((position, _) => ReadAsync(position), (command, position, _) => AppendAsync(command, position),
            (position, state, _) => KeepAsync(position, state), WatchAsync, news => shown.TellAsync(news, epoch));
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
            async db => (RedisResult[])(await StoreScripts.Read.RunAsync(
                db, [Head, Log], [epoch, position, marks.At(position), PageLimit]))!,
            TimeSpan.FromSeconds(10));
        if (!asked.TryGetRight(out var reply, out var failure)) return failure;
        if ((string)reply[0]! == "empty") return new JournalPage(null, []) { Break = position > 0 ? JournalBreak.Lost : JournalBreak.None };
        epoch = (string)reply[1]!;
        if ((string)reply[0]! != "on") return KeptPage((string)reply[0]!, reply[2..]);
        JournalEntry[] entries;
        try
        {
            entries = [.. ((RedisResult[])reply[2]!).Select(Entry)];
        }
        catch (InvalidDataException unreadable)
        {
            return new StoreFailure($"Redis: {unreadable.Message}");
        }

        foreach (var entry in entries) marks.Add(entry.Position, entry.Mark);
        Interlocked.Exchange(ref seen, (long)(entries.Length > 0 ? entries[^1].Position : position));
        return new JournalPage(null, entries);
    }

    /// <param name="kept">Position and state; then position and mark of the last entry in Redis.</param>
    JournalPage KeptPage(string word, RedisResult[] kept)
    {
        var (position, last, mark) = ((ulong)(long)kept[0], (ulong)(long)kept[2], (string)kept[3]!);
        if (word == "less" && mark.Length > 0 && marks.At(last) == mark)
        {
            end = (last, mark);
            return new JournalPage(null, []) { Break = JournalBreak.Lost };
        }

        marks.BeginAt(position, (string)kept[4]!);
        return new JournalPage(position > 0 ? new KeptState(position, (byte[])kept[1]!) : KeptState.Nothing, [])
        {
            Break = word == "kept" ? JournalBreak.None : JournalBreak.Other,
        };
    }

    async Task<Either<StoreFailure, Option<JournalEntry>>> AppendAsync(JournalCommand command, ulong position)
    {
        var mark = JournalMarks.New();
        var arguments = new List<RedisValue> { epoch, ownEpoch, position, marks.At(position), mark, command.Write() };
        if (command is JournalCommand.Append append)
            foreach (var (json, given) in append.Events.Select(e => (e, EventJson.Read(e))))
                arguments.AddRange([json, given.Id, given.Type, given.Source, EventStatus.Pending.Word(), given.InstanceId]);
        var asked = await redis.RunAsync(
            async db => (string[])(await StoreScripts.Append.RunAsync(db, [Head, Log, stream], [.. arguments]))!, TimeSpan.FromSeconds(5));
        if (!asked.TryGetRight(out var reply, out var failure)) return failure;
        if (reply[0] != "added") return Option<JournalEntry>.None;
        epoch = reply[2];
        var entry = new JournalEntry(ulong.Parse(reply[1], CultureInfo.InvariantCulture), mark, command);
        marks.Add(entry.Position, mark);
        return Option<JournalEntry>.Some(entry);
    }

    async Task<Either<StoreFailure, Unit>> KeepAsync(ulong position, byte[] state)
    {
        var kept = await redis.RunAsync(
            db => StoreScripts.Keep.RunAsync(
                db, [Head, Log], [epoch, ownEpoch, position, marks.At(position), state, end.Position, end.Mark]),
            TimeSpan.FromSeconds(30));
        if (kept.IsRight) await shown.LookAsync();
        return kept.Map(_ => Unit.Default);
    }

    async Task WatchAsync(Action changed, CancellationToken stopping)
    {
        var wasAway = false;
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
            if (found.IsLeft)
            {
                wasAway = true;
                await Delays.WaitAsync(FailurePause, clock, stopping);
            }
            else if (wasAway || found.Match(reply => !reply.IsNull, _ => false))
            {
                // Who was away may be back with less, and gets it again before anybody adds to it.
                wasAway = false;
                changed();
                // The answer to that look takes a moment; another one now would find the same.
                await Delays.WaitAsync(TimeSpan.FromMilliseconds(5), clock, stopping);
            }
        }
    }

    static JournalEntry Entry(RedisResult entry)
    {
        var parts = (RedisResult[])entry!;
        var position = ulong.Parse(((string)parts[0]!).Split('-')[0], CultureInfo.InvariantCulture);
        var fields = (RedisResult[])parts[1]!;
        if ((string)fields[0]! != "mark") throw new InvalidDataException(JournalEntry.Unmarked);
        return new JournalEntry(position, (string)fields[1]!, JournalCommand.Read((byte[])fields[^1]!));
    }
}
