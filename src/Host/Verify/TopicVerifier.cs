using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;

namespace Hobom.Slices.Host.Verify;

/// <summary>A flow that writes to a topic.</summary>
sealed record VerifiedFlow(string Name, RelayRoute Route);

/// <summary>
/// Reads a topic back and compares it with what is kept of what was published. Memory is bounded: where more events are kept
/// than the table holds, the topic is read several times, each time for a part of the ids.
/// </summary>
/// <param name="progress">Told now and then which share of the records was read, from 0 to 1.</param>
/// <param name="tableLimit">Events that are compared in one reading.</param>
sealed class TopicVerifier(
    KeptPositions positions, RedisLedgerStore ledgers, TopicScan scan, Action<string, double> progress,
    int tableLimit = TopicVerifier.DefaultTableLimit)
{
    public const int DefaultTableLimit = 500_000;

    /// <summary>A record's time is the producer's or the broker's, and its position was noted a little later.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    public async Task<Either<StoreFailure, VerifiedTopic>> VerifyAsync(
        string topic, IReadOnlyList<VerifiedFlow> flows, DateTimeOffset from, DateTimeOffset to)
    {
        var coverage = new Dictionary<string, PositionCoverage>(StringComparer.Ordinal);
        foreach (var flow in flows)
        {
            if (!(await positions.CoverageAsync(flow.Route.Category)).TryGetRight(out var kept, out var unread)) return unread;
            coverage[flow.Route.EventType] = kept;
        }

        var job = new TopicComparison(topic, flows, coverage, from, to);
        if (!(await CountAsync(job)).TryGetRight(out _, out var failure)) return failure;
        var found = await scan.RangesAsync(topic, from - Margin, to + Margin, job.Wanted);
        if (!found.TryGetRight(out var ranges, out failure)) return failure;
        job.Ranges = ranges;
        try
        {
            var passes = (int)Math.Max(1, (job.Kept + tableLimit - 1) / tableLimit);
            for (var pass = 0; pass < passes; pass++)
                if (!(await PassAsync(job, pass, passes)).TryGetRight(out _, out failure)) return failure;
        }
        catch (KafkaReadException unread)
        {
            return new StoreFailure(unread.Message);
        }

        progress(topic, 1);
        return job.Report();
    }

    /// <summary>How many there are, and where in the topic.</summary>
    async Task<Either<StoreFailure, Unit>> CountAsync(TopicComparison job) => await EachKeptAsync(job, (_, published) =>
    {
        job.Kept++;
        if (published.At is not { } at) return;
        job.Wanted[at.Partition] = job.Wanted.TryGetValue(at.Partition, out var range)
            ? (Math.Min(range.Least, at.Offset), Math.Max(range.Most, at.Offset))
            : (at.Offset, at.Offset);
    });

    async Task<Either<StoreFailure, Unit>> PassAsync(TopicComparison job, int pass, int passes)
    {
        var table = new PositionTable((int)Math.Min(tableLimit * 5L / 4, job.Kept + 1));
        var filled = await EachKeptAsync(job, (flow, published) =>
        {
            if (IsOf(published.Id, pass, passes)) table.Add(PositionTable.HashOf(flow, published.Id), published.At);
        });
        if (!filled.TryGetRight(out _, out var failure)) return failure;
        if (!(await ReadAsync(job, table, pass, passes)).TryGetRight(out _, out failure)) return failure;
        return await EachKeptAsync(job, (flow, published) =>
        {
            if (!IsOf(published.Id, pass, passes)) return;
            var hash = PositionTable.HashOf(flow, published.Id);
            // Of one that is kept twice, the last place counts.
            if (published.At != table.PlaceOf(hash)) job.Superseded++;
            else if (table.CopiesOf(hash) == 0)
            {
                job.NoteMissing(published);
                // Redis may give it once more.
                table.Meet(hash);
            }
        });
    }

    async Task<Either<StoreFailure, Unit>> ReadAsync(TopicComparison job, PositionTable table, int pass, int passes)
    {
        var total = Math.Max(1, job.Ranges.Sum(r => r.End - r.From));
        var strangers = new List<(EventId Id, ScannedRecord Record)>();
        var read = 0L;
        foreach (var record in scan.Read(job.Topic, job.Ranges))
        {
            if (++read % 1000 == 0) progress(job.Topic, (pass + ((double)read / total)) / passes);
            if (pass == 0) job.NoteRecord(record);
            foreach (var id in record.Ids)
            {
                if (!IsOf(id, pass, passes)) continue;
                if (HashIn(table, job.CategoriesOf(record), id, record.Position) is not { } hash || table.Meet(hash) is not { } copies)
                    strangers.Add((id, record));
                else if (copies > 1) job.NoteDouble(id, record, table.PlaceOf(hash), isFirst: copies == 2);
            }

            if (strangers.Count < 256) continue;
            if (!(await AskAsync(job, strangers)).TryGetRight(out _, out var failure)) return failure;
        }

        return await AskAsync(job, strangers);
    }

    /// <summary>
    /// Where several flows may be meant, of the one whose event is kept at this place, else of whose event the fewest records were met.
    /// Null where none is.
    /// </summary>
    static ulong? HashIn(PositionTable table, IReadOnlyList<Category> flows, EventId id, RecordPosition place) => flows.Count switch
    {
        0 => null,
        1 => PositionTable.HashOf(flows[0], id),
        _ => flows.Select(flow => PositionTable.HashOf(flow, id))
            .MinBy(hash => table.PlaceOf(hash) == place ? -1 : table.CopiesOf(hash) ?? int.MaxValue),
    };

    /// <summary>What is not among the kept of these times may be kept of others, or be on its way.</summary>
    async Task<Either<StoreFailure, Unit>> AskAsync(TopicComparison job, List<(EventId Id, ScannedRecord Record)> strangers)
    {
        foreach (var (id, record) in strangers.Where(s => job.IsBetween(s.Record)))
        {
            if (!job.IsCovered(record))
            {
                job.NotKept++;
                continue;
            }

            if (!(await FindAsync(job.CategoriesOf(record), id)).TryGetRight(out var known, out var failure)) return failure;
            if (known is Known.Nowhere) job.NoteForeign(id, record);
            else if (known is Known.UnderWay) job.UnderWay++;
        }

        strangers.Clear();
        return Unit.Default;
    }

    /// <summary>The ledger before the positions: an event goes from the one to the other in one step.</summary>
    async Task<Either<StoreFailure, Known>> FindAsync(IReadOnlyList<Category> flows, EventId id)
    {
        foreach (var category in flows)
        {
            if (!(await ledgers.FindAsync(category, id)).TryGetRight(out var entry, out var failure)) return failure;
            if (entry.IsSome) return Known.UnderWay;
            if (!(await positions.FindAsync(category, id)).TryGetRight(out var published, out failure)) return failure;
            if (published.IsSome) return Known.Kept;
        }

        return Known.Nowhere;
    }

    async Task<Either<StoreFailure, Unit>> EachKeptAsync(TopicComparison job, Action<Category, PublishedEvent> read)
    {
        foreach (var flow in job.Categories)
        {
            var told = await positions.ReadAsync(flow, job.From, job.To, published => read(flow, published));
            if (!told.TryGetRight(out _, out var failure)) return failure;
        }

        return Unit.Default;
    }

    /// <summary>By the id alone: all that a record may stand for is looked at in the same reading.</summary>
    static bool IsOf(EventId id, int pass, int passes) =>
        passes == 1 || PositionTable.HashOf(id) % (ulong)passes == (ulong)pass;

    enum Known
    {
        Nowhere,
        Kept,
        UnderWay,
    }
}
