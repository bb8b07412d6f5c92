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

    /// <summary>Findings of one kind that are told one by one; the counts tell all.</summary>
    const int FindingLimit = 1000;

    public async Task<Either<StoreFailure, VerifiedTopic>> VerifyAsync(
        string topic, IReadOnlyList<VerifiedFlow> flows, DateTimeOffset from, DateTimeOffset to)
    {
        var coverage = new Dictionary<string, PositionCoverage>(StringComparer.Ordinal);
        foreach (var flow in flows)
        {
            if (!(await positions.CoverageAsync(flow.Route.Category)).TryGetRight(out var kept, out var unread)) return unread;
            coverage[flow.Route.EventType] = kept;
        }

        var job = new Comparison(topic, flows, coverage, from, to);
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
        return job.Report(flows);
    }

    /// <summary>How many there are, and where in the topic.</summary>
    async Task<Either<StoreFailure, Unit>> CountAsync(Comparison job) => await EachKeptAsync(job, published =>
    {
        job.Kept++;
        if (published.At is not { } at) return;
        job.Wanted[at.Partition] = job.Wanted.TryGetValue(at.Partition, out var range)
            ? (Math.Min(range.Least, at.Offset), Math.Max(range.Most, at.Offset))
            : (at.Offset, at.Offset);
    });

    async Task<Either<StoreFailure, Unit>> PassAsync(Comparison job, int pass, int passes)
    {
        var table = new PositionTable((int)Math.Min(tableLimit * 5L / 4, job.Kept + 1));
        var filled = await EachKeptAsync(job, published =>
        {
            var hash = PositionTable.HashOf(published.Id);
            if (IsOf(hash, pass, passes)) table.Add(hash, published.At);
        });
        if (!filled.TryGetRight(out _, out var failure)) return failure;
        if (!(await ReadAsync(job, table, pass, passes)).TryGetRight(out _, out failure)) return failure;
        return await EachKeptAsync(job, published =>
        {
            var hash = PositionTable.HashOf(published.Id);
            if (!IsOf(hash, pass, passes)) return;
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

    async Task<Either<StoreFailure, Unit>> ReadAsync(Comparison job, PositionTable table, int pass, int passes)
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
                var hash = PositionTable.HashOf(id);
                if (!IsOf(hash, pass, passes)) continue;
                if (table.Meet(hash) is not { } copies) strangers.Add((id, record));
                else if (copies > 1) job.NoteDouble(id, record, table.PlaceOf(hash), isFirst: copies == 2);
            }

            if (strangers.Count < 256) continue;
            if (!(await AskAsync(job, strangers)).TryGetRight(out _, out var failure)) return failure;
        }

        return await AskAsync(job, strangers);
    }

    /// <summary>What is not among the kept of these times may be kept of others, or be on its way.</summary>
    async Task<Either<StoreFailure, Unit>> AskAsync(Comparison job, List<(EventId Id, ScannedRecord Record)> strangers)
    {
        foreach (var (id, record) in strangers.Where(s => job.IsBetween(s.Record)))
        {
            if (!job.IsCovered(record))
            {
                job.NotKept++;
                continue;
            }

            if (!(await FindAsync(job, id)).TryGetRight(out var known, out var failure)) return failure;
            if (known is Known.Nowhere) job.NoteForeign(id, record);
            else if (known is Known.UnderWay) job.UnderWay++;
        }

        strangers.Clear();
        return Unit.Default;
    }

    /// <summary>The ledger before the positions: an event goes from the one to the other in one step.</summary>
    async Task<Either<StoreFailure, Known>> FindAsync(Comparison job, EventId id)
    {
        foreach (var category in job.Categories)
        {
            if (!(await ledgers.FindAsync(category, id)).TryGetRight(out var entry, out var failure)) return failure;
            if (entry.IsSome) return Known.UnderWay;
            if (!(await positions.FindAsync(category, id)).TryGetRight(out var published, out failure)) return failure;
            if (published.IsSome) return Known.Kept;
        }

        return Known.Nowhere;
    }

    async Task<Either<StoreFailure, Unit>> EachKeptAsync(Comparison job, Action<PublishedEvent> read)
    {
        foreach (var category in job.Categories)
            if (!(await positions.ReadAsync(category, job.From, job.To, read)).TryGetRight(out _, out var failure)) return failure;
        return Unit.Default;
    }

    static bool IsOf(ulong hash, int pass, int passes) => hash % (ulong)passes == (ulong)pass;

    enum Known
    {
        Nowhere,
        Kept,
        UnderWay,
    }

    /// <summary>What is found out about one topic.</summary>
    sealed class Comparison(
        string topic, IReadOnlyList<VerifiedFlow> flows, IReadOnlyDictionary<string, PositionCoverage> coverage, DateTimeOffset from,
        DateTimeOffset to)
    {
        readonly List<VerifyFinding> findings = [];
        long records, lost, doubled, foreign, placeUnknown, trimmed;

        public string Topic => topic;

        public DateTimeOffset From => from;

        public DateTimeOffset To => to;

        public IReadOnlyList<Category> Categories { get; } = [.. flows.Select(f => f.Route.Category)];

        public Dictionary<int, (long Least, long Most)> Wanted { get; } = [];

        public IReadOnlyList<PartitionRange> Ranges { get; set; } = [];

        public long Kept { get; set; }

        public long Superseded { get; set; }

        public long NotKept { get; set; }

        public long UnderWay { get; set; }

        public bool IsBetween(ScannedRecord record) => record.At >= from && record.At <= to;

        /// <summary>Whether all that the record's flow published then is kept; of a record that names no flow, all flows'.</summary>
        public bool IsCovered(ScannedRecord record) =>
            record.EventType is { } type && coverage.TryGetValue(type, out var own)
                ? IsCovered(own, record.At)
                : coverage.Values.Where(c => c.Since is not null).ToList() is { Count: > 0 } any
                    && any.TrueForAll(c => IsCovered(c, record.At));

        /// <summary>A record that carries no event of ours at all.</summary>
        public void NoteRecord(ScannedRecord record)
        {
            records++;
            if (record.Ids.Count > 0 || !IsBetween(record)) return;
            if (IsCovered(record)) NoteForeign(null, record);
            else NotKept++;
        }

        public void NoteForeign(EventId? id, ScannedRecord record)
        {
            foreign++;
            Tell(foreign, new VerifyFinding(
                VerifyFinding.Foreign, topic, id?.Value, record.Position.Partition, record.Position.Offset, record.At));
        }

        /// <param name="isFirst">Of the records beyond the first; an event counts once.</param>
        public void NoteDouble(EventId id, ScannedRecord record, RecordPosition? first, bool isFirst)
        {
            if (isFirst) doubled++;
            Tell(doubled, new VerifyFinding(
                VerifyFinding.Doubled, topic, id.Value, record.Position.Partition, record.Position.Offset, record.At, first?.Partition,
                first?.Offset, record.PossibleDuplicate));
        }

        public void NoteMissing(PublishedEvent published)
        {
            if (published.At is not { } at) placeUnknown++;
            else if (Ranges.FirstOrDefault(r => r.Partition == at.Partition) is { } range && at.Offset < range.Low) trimmed++;
            else
            {
                lost++;
                Tell(lost, new VerifyFinding(
                    VerifyFinding.Lost, topic, published.Id.Value, at.Partition, at.Offset, published.PublishedAt));
            }
        }

        public VerifiedTopic Report(IReadOnlyList<VerifiedFlow> of) => new(
            topic, [.. of.Select(f => f.Name)], records, lost, doubled, foreign,
            new VerifyCoverage(
                Kept - Superseded, Kept - Superseded - placeUnknown - trimmed, placeUnknown, trimmed, NotKept, UnderWay, [.. Gaps(of)]),
            findings);

        IEnumerable<string> Gaps(IReadOnlyList<VerifiedFlow> of)
        {
            foreach (var flow in of)
            {
                var own = coverage[flow.Route.EventType];
                if (own.Since is not { } since) yield return $"{flow.Name}: no position is kept";
                else if (since > from) yield return $"{flow.Name}: positions are kept since {since:u}";
                var missed = own.Gaps.Count(g => g + PositionCoverage.GapLength >= from && g <= to);
                if (missed > 0) yield return $"{flow.Name}: in {missed} minutes records were published whose positions were not kept";
            }
        }

        static bool IsCovered(PositionCoverage kept, DateTimeOffset at) =>
            kept.Since is { } since && at >= since
            && !kept.Gaps.Any(g => at >= g - Margin && at <= g + PositionCoverage.GapLength + Margin);

        void Tell(long count, VerifyFinding finding)
        {
            if (count <= FindingLimit) findings.Add(finding);
        }
    }
}
