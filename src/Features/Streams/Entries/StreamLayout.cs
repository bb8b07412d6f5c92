namespace Hobom.Slices.Streams;

/// <summary>
/// The names of the streams. A domain's stream is <c>events:&lt;domain&gt;</c>; a domain of several shards has
/// <c>events:&lt;domain&gt;:&lt;shard&gt;</c> beside it, for producers that know of shards; what others write into the plain one is
/// dealt out to as many shards.
/// </summary>
public static class StreamLayout
{
    public const string Prefix = "events:";
    public const string StreakStream = "events:streak";

    public static string KeyOf(string domain) => Prefix + domain;

    public static string KeyOf(string domain, int shard, int shards) => shards == 1 ? KeyOf(domain) : $"{Prefix}{domain}:{shard}";

    /// <summary>Where an event of this key is written.</summary>
    public static string KeyFor(string domain, string key, int shards) => KeyOf(domain, ShardHash.ShardOf(key, shards), shards);

    /// <summary>
    /// All that is owned of a domain. The streams are those that are no slices. Slices and streams by turns, for processes
    /// own parts that stand side by side here, and one kind may have all the work.
    /// </summary>
    public static IReadOnlyList<ShardStream> PartsOf(string domain, int shards)
    {
        if (shards == 1) return [new ShardStream(domain, KeyOf(domain), 1, new StreamPart.Whole())];
        return
        [
            new ShardStream(domain, KeyOf(domain), shards, new StreamPart.Dealing()),
            .. Enumerable.Range(0, shards).SelectMany(n => (ShardStream[])
            [
                new ShardStream(domain, KeyOf(domain), shards, new StreamPart.Slice(n)),
                new ShardStream(domain, KeyOf(domain, n, shards), shards, new StreamPart.Whole()),
            ]),
        ];
    }

    /// <summary>The domain that a stream's key names, or null.</summary>
    public static string? DomainOf(string stream)
    {
        if (!stream.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var rest = stream[Prefix.Length..];
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? rest : rest[..colon];
    }
}
