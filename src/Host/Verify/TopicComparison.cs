using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Host.Verify;

/// <summary>What is found out about one topic.</summary>
sealed class TopicComparison(
    string topic, IReadOnlyList<VerifiedFlow> flows, IReadOnlyDictionary<string, PositionCoverage> coverage, DateTimeOffset from,
    DateTimeOffset to)
{
    /// <summary>Findings of one kind that are told one by one; the counts tell all.</summary>
    const int FindingLimit = 1000;

    readonly Dictionary<string, IReadOnlyList<Category>> byType =
        flows.ToDictionary(f => f.Route.EventType, IReadOnlyList<Category> (f) => [f.Route.Category], StringComparer.Ordinal);

    readonly List<VerifyFinding> findings = [];
    long records, lost, doubled, foreign, placeUnknown, trimmed;

    public string Topic => topic;

    public DateTimeOffset From => from;

    public DateTimeOffset To => to;

    public IReadOnlyList<Category> Categories { get; } = [.. flows.Select(f => f.Route.Category)];

    /// <summary>Whose event a record may carry: the flow's that it names, if it is one of these; any of them where it names none.</summary>
    public IReadOnlyList<Category> CategoriesOf(ScannedRecord record) =>
        record.EventType is { } type ? byType.GetValueOrDefault(type, []) : Categories;

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

    public VerifiedTopic Report() => new(
        topic, [.. flows.Select(f => f.Name)], records, lost, doubled, foreign,
        new VerifyCoverage(
            Kept - Superseded, Kept - Superseded - placeUnknown - trimmed, placeUnknown, trimmed, NotKept, UnderWay, [.. Gaps()]),
        findings);

    IEnumerable<string> Gaps()
    {
        foreach (var flow in flows)
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
        && !kept.Gaps.Any(g => at >= g - TopicVerifier.Margin && at <= g + PositionCoverage.GapLength + TopicVerifier.Margin);

    void Tell(long count, VerifyFinding finding)
    {
        if (count <= FindingLimit) findings.Add(finding);
    }
}
