namespace Hobom.Slices.Broker.Stores;

/// <summary>
/// New handlings for those who take them at once, as many as each has room for. Where a consumer keeps the order of keys
/// they wait all the same: whether one is the first of its key only a claim asks.
/// </summary>
sealed class Takers(IReadOnlyList<ClaimRequest> requests)
{
    readonly Dictionary<string, int> left = requests.ToDictionary(r => r.Consumer, r => r.Limit, StringComparer.Ordinal);

    /// <returns>Null: it waits.</returns>
    public ClaimRequest? For(Consumer consumer, DateTimeOffset notBefore)
    {
        if (consumer.OrderedByKey || consumer.State is not ConsumerState.Active || left.GetValueOrDefault(consumer.Name) == 0) return null;
        var taker = requests.Single(r => r.Consumer == consumer.Name);
        if (notBefore > taker.Now) return null;
        left[consumer.Name]--;
        return taker;
    }
}
