using Hobom.Slices.Core;

namespace Hobom.Slices.Http.DryRuns;

/// <summary>For the description of the API.</summary>
public static class DryRunExamples
{
    public static readonly DateTimeOffset At = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    /// <param name="value">Of the one record in it.</param>
    public static DryRunView Of(RelayRoute route, string key, object value, int valueBytes) => new(
        At,
        [
            new DryRunRecord(
                route.Topic, key, [new(RecordHeader.EventId, "0192f0c1"), new(RecordHeader.EventType, route.EventType)], value, valueBytes,
                ["0192f0c1"]),
        ],
        [new DryRunRefusal("0192f0c2", new DeadLetterKey(route.Category, "0192f0c2").Format(), "the row has no payload")]);
}
