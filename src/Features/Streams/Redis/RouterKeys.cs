namespace Hobom.Slices.Streams;

/// <summary>The router's own keys. A contract between builds that run side by side.</summary>
static class RouterKeys
{
    /// <summary>Of the consumer group that the page names.</summary>
    public const string DefaultGroup = "event-router-group";

    /// <summary>Of every process of the router, as a consumer of the group.</summary>
    public const string ConsumerPrefix = "hobom:";

    /// <summary>Sorted set: the processes that live, by when they will be taken for dead (ms).</summary>
    public const string Processes = "router:processes";

    /// <summary>Hash: the number of shards of each domain.</summary>
    public const string Layout = "router:layout";

    /// <summary>String that expires: fencing number and process of the stream's owner.</summary>
    public static string Lease(string stream) => $"router:lease:{stream}";

    /// <summary>Counter: the last fencing number.</summary>
    public static string Fence(string stream) => $"router:fence:{stream}";

    /// <summary>Sorted set: the ids of entries that were applied or buried, as long as they are in the stream.</summary>
    public static string Settled(string stream) => $"router:settled:{stream}";

    /// <summary>Hash: the entries that wait as dead letters and were never applied.</summary>
    public static string Waiting(string stream) => $"router:waiting:{stream}";

    /// <summary>Hash: <c>last</c> applied id, entries <c>lost</c>, <c>gaps</c>.</summary>
    public static string Facts(string stream) => $"router:facts:{stream}";
}
