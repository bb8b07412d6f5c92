namespace Hobom.Slices.Bench.Backlog;

/// <summary>What a report can leave out.</summary>
enum ReportPart
{
    /// <summary>Backlogs of all sizes from grpc-js.</summary>
    Backlogs,

    /// <summary>Backlogs from the outbox with several threads.</summary>
    Threads,

    /// <summary>Both outboxes before the mock broker.</summary>
    Mock,

    /// <summary>The five flows one after the other, and at once.</summary>
    Flows,

    Trickle,

    Rest,

    /// <summary>Ten minutes; only where it is named.</summary>
    Overdriven,
}

static class ReportParts
{
    /// <param name="names">Separated by commas or given one by one; none are all but the over-driven one.</param>
    public static IReadOnlySet<ReportPart> Named(IEnumerable<string> names)
    {
        string[] all = [.. names.SelectMany(n => n.Split(','))];
        return all.Length == 0
            ? Enum.GetValues<ReportPart>().Where(p => p != ReportPart.Overdriven).ToHashSet()
            : all.Select(n => Enum.Parse<ReportPart>(n, ignoreCase: true)).ToHashSet();
    }
}
