namespace Hobom.Slices.Streams;

/// <summary>One stream that is read: of a domain, whole or one shard of it.</summary>
/// <param name="Key">The Redis key.</param>
/// <param name="Shards">Of the domain; 1 for one that is not split.</param>
public sealed record ShardStream(string Domain, string Key, int Shards);

/// <summary>
/// The names of the streams. A domain's stream is <c>events:&lt;domain&gt;</c>; a domain of several shards has
/// <c>events:&lt;domain&gt;:&lt;shard&gt;</c> beside it, and the plain one is read all the same: what a producer that does
/// not know of shards writes there must not be lost.
/// </summary>
public static class StreamLayout
{
    public const string Prefix = "events:";
    public const string StreakStream = "events:streak";

    public static string KeyOf(string domain) => Prefix + domain;

    public static string KeyOf(string domain, int shard, int shards) => shards == 1 ? KeyOf(domain) : $"{Prefix}{domain}:{shard}";

    /// <summary>Where an event of this key is written.</summary>
    public static string KeyFor(string domain, string key, int shards) => KeyOf(domain, ShardHash.ShardOf(key, shards), shards);

    public static IReadOnlyList<ShardStream> StreamsOf(string domain, int shards) =>
        shards == 1
            ? [new ShardStream(domain, KeyOf(domain), 1)]
            :
            [
                new ShardStream(domain, KeyOf(domain), 1),
                .. Enumerable.Range(0, shards).Select(s => new ShardStream(domain, KeyOf(domain, s, shards), shards)),
            ];

    /// <summary>The domain that a stream's key names, or null.</summary>
    public static string? DomainOf(string stream)
    {
        if (!stream.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var rest = stream[Prefix.Length..];
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? rest : rest[..colon];
    }
}
