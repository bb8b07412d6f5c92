using Hobom.Slices.Sandbox.Shop;

namespace Hobom.Slices.Sandbox.Watch;

/// <summary>What was seen at one instant. Null is a neighbour that did not answer.</summary>
/// <param name="Elapsed">Since the watch began.</param>
/// <param name="Topics">Records per topic.</param>
/// <param name="Letters">Dead letters per category.</param>
public sealed record Reading(
    TimeSpan Elapsed,
    SandboxSummary? Rows,
    IReadOnlyDictionary<string, long>? Topics,
    IReadOnlyDictionary<string, long>? Letters)
{
    /// <summary>Null where there is no shop, or it does not answer.</summary>
    public ShopSummary? Shop { get; init; }

    public long Settled => Rows?.Events.Sum(counts => counts.Settled) ?? 0;

    public long Sent => Rows?.Events.Sum(counts => counts.Sent) ?? 0;

    public long Failed => Rows?.Events.Sum(counts => counts.Failed) ?? 0;

    public long Pending => Rows?.Events.Sum(counts => counts.Pending) ?? 0;

    /// <summary>Records per second of one topic between an earlier reading and this one.</summary>
    public double TopicRate(string topic, Reading? earlier) =>
        earlier?.Topics is { } before && Topics is { } now && Elapsed > earlier.Elapsed
            ? (now.GetValueOrDefault(topic) - before.GetValueOrDefault(topic)) / (Elapsed - earlier.Elapsed).TotalSeconds
            : 0;
}
