using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hobom.Slices.Sandbox.Watch;

/// <summary>How many records the product's topics hold, from the end offsets that the broker itself tells.</summary>
internal sealed partial class TopicRecords(string broker)
{
    private const string Prefix = "hobom.";

    /// <summary>Records per topic, or null where the broker does not answer.</summary>
    public async Task<IReadOnlyDictionary<string, long>?> ReadAsync(CancellationToken stopping)
    {
        if (await ToolOutput.LinesAsync("kcat", ["-L", "-J", "-b", broker], stopping) is not { } metadata)
            return null;
        var partitions = Partitions(string.Concat(metadata)).ToList();
        if (partitions.Count == 0)
            return new Dictionary<string, long>(StringComparer.Ordinal);

        // -1 asks for the offset that the next record will get.
        var query = partitions.SelectMany(partition => new[] { "-t", $"{partition.Topic}:{partition.Number}:-1" });
        return await ToolOutput.LinesAsync("kcat", ["-Q", "-b", broker, .. query], stopping) is { } offsets
            ? Sum(offsets)
            : null;
    }

    private static IEnumerable<(string Topic, int Number)> Partitions(string json)
    {
        using var metadata = JsonDocument.Parse(json);
        return [.. from topic in metadata.RootElement.GetProperty("topics").EnumerateArray()
                   let name = topic.GetProperty("topic").GetString()!
                   where name.StartsWith(Prefix, StringComparison.Ordinal)
                   from partition in topic.GetProperty("partitions").EnumerateArray()
                   select (name, partition.GetProperty("partition").GetInt32())];
    }

    private static Dictionary<string, long> Sum(IEnumerable<string> lines)
    {
        var records = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in lines)
            if (OffsetLine().Match(line) is { Success: true } match)
                records[match.Groups["topic"].Value] = records.GetValueOrDefault(match.Groups["topic"].Value)
                    + long.Parse(match.Groups["offset"].Value);
        return records;
    }

    [GeneratedRegex(@"^(?<topic>\S+) \[\d+\] offset (?<offset>\d+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OffsetLine();
}
