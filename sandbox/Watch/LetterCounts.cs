namespace Hobom.Slices.Sandbox.Watch;

/// <summary>How many dead letters wait, by the category in their key.</summary>
internal sealed class LetterCounts(int redisPort)
{
    private const string Prefix = "dlq:";

    /// <summary>Letters per category, or null where Redis does not answer.</summary>
    public async Task<IReadOnlyDictionary<string, long>?> ReadAsync(CancellationToken stopping)
    {
        var keys = await ToolOutput.LinesAsync(
            "redis-cli", ["-h", "127.0.0.1", "-p", $"{redisPort}", "--scan", "--pattern", $"{Prefix}*"], stopping);

        // A scan may show a key twice.
        return keys?.Distinct(StringComparer.Ordinal)
            .CountBy(key => key.Split(':')[1], StringComparer.Ordinal)
            .ToDictionary(pair => pair.Key, pair => (long)pair.Value, StringComparer.Ordinal);
    }
}
