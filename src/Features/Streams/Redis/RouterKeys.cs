namespace Hobom.Slices.Streams;

/// <summary>The router's own keys. A contract between builds that run side by side.</summary>
static class RouterKeys
{
    /// <summary>Of the consumer group that the page names.</summary>
    public const string DefaultGroup = "event-router-group";

    /// <summary>Of every process of the router, as a consumer of the group.</summary>
    public const string ConsumerPrefix = "hobom:";

    /// <summary>Before the number of a shard that is dealt out to, as a consumer: whoever owns the shard has its entries.</summary>
    public const string ShardConsumerPrefix = ConsumerPrefix + "shard-";

    /// <summary>Sorted set: the processes that live, by when they will be taken for dead (ms).</summary>
    public const string Processes = "router:processes";

    /// <summary>Hash: the number of shards of each domain.</summary>
    public const string Layout = "router:layout";

    /// <summary>Hash: the streams that an operator has paused, each with when and by whom.</summary>
    public const string Paused = "router:paused";

    /// <summary>String: made with the first look, and made anew where Redis has lost it with all the rest.</summary>
    public const string Epoch = "router:epoch";

    /// <summary>String that expires: fencing number and process of the part's owner.</summary>
    public static string Lease(string part) => $"router:lease:{part}";

    /// <summary>Counter: the last fencing number.</summary>
    public static string Fence(string part) => $"router:fence:{part}";

    /// <summary>Stream of one entry: a new one says that entries were dealt out to the part.</summary>
    public static string Bell(string part) => $"router:bell:{part}";

    /// <summary>
    /// Sorted set: the ids of entries that were applied or buried, as long as they are in the stream, by their milliseconds; half a
    /// one more for one that was never applied and waits no longer.
    /// </summary>
    public static string Settled(string stream) => $"router:settled:{stream}";

    /// <summary>Hash: the entries that wait as dead letters, or are about to, and were never applied.</summary>
    public static string Waiting(string stream) => $"router:waiting:{stream}";

    /// <summary>Hash: entries <c>lost</c>, how often the group was <c>made</c>, and what the last look has <c>seen</c>.</summary>
    public static string Facts(string stream) => $"router:facts:{stream}";

    /// <summary>Counter that lives as long as the hash: how often it was changed. The atomic step makes the same name.</summary>
    public static string ChangesOf(StateKey key) => $"router:changes:{key}";

    public static string ShardConsumer(int shard) => $"{ShardConsumerPrefix}{shard}";
}
