namespace Hobom.Slices.Host.Verify;

/// <summary>One event, or one record, that is not as it should be. The kinds are part of the output's contract.</summary>
/// <param name="Kind">lost, doubled or foreign.</param>
/// <param name="EventId">Null of a record that tells none.</param>
/// <param name="Partition">Of a lost event: where it was published. Of the others: of the record that should not be there.</param>
/// <param name="FirstPartition">Of a doubled event: where its first publish is kept, where known.</param>
/// <param name="Flagged">Of a doubled event: the record says by itself that it may be a double.</param>
public sealed record VerifyFinding(
    string Kind, string Topic, string? EventId, int? Partition, long? Offset, DateTimeOffset? At, int? FirstPartition = null,
    long? FirstOffset = null, bool? Flagged = null)
{
    public const string Lost = "lost";
    public const string Doubled = "doubled";
    public const string Foreign = "foreign";
}

/// <summary>How much of what was published can be compared.</summary>
/// <param name="Events">Published between the times, as kept.</param>
/// <param name="Compared">Of those: looked for in the topic, or found there.</param>
/// <param name="PlaceUnknown">Of those: not found, and nobody wrote down where they are.</param>
/// <param name="TrimmedByTopic">Of those: not found, and the topic keeps nothing any more from where they were.</param>
/// <param name="NotKept">Events in records that were written while no positions were kept.</param>
/// <param name="UnderWay">Events in records that are in the ledger: on their way, or in doubt.</param>
/// <param name="Gaps">Since when positions are kept, and when they were not; a sentence each. Empty: all the time.</param>
public sealed record VerifyCoverage(
    long Events, long Compared, long PlaceUnknown, long TrimmedByTopic, long NotKept, long UnderWay, IReadOnlyList<string> Gaps)
{
    public bool IsWhole => PlaceUnknown == 0 && TrimmedByTopic == 0 && NotKept == 0 && Gaps.Count == 0;
}

/// <param name="Records">That were read.</param>
/// <param name="Findings">The first of each kind.</param>
public sealed record VerifiedTopic(
    string Topic, IReadOnlyList<string> Flows, long Records, long Lost, long Doubled, long Foreign, VerifyCoverage Coverage,
    IReadOnlyList<VerifyFinding> Findings)
{
    public bool IsClean => Lost == 0 && Doubled == 0 && Foreign == 0;
}

public sealed record VerifyReport(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<VerifiedTopic> Topics);
