namespace Hobom.Slices.Broker.Stores.Memory;

/// <summary>An event with its handlings.</summary>
sealed class MemoryRow(Guid rowId, long sequence, BrokerEvent given)
{
    public Guid RowId => rowId;

    public long Sequence => sequence;

    public BrokerEvent Event => given;

    public List<Handling> Handlings { get; } = [];

    public bool IsRouted { get; set; }

    public long? RoutedNo { get; set; }

    public DateTimeOffset? NoConsumerSince { get; set; }

    public DateTimeOffset? ExpiredAt { get; set; }

    /// <summary>The next routing takes it.</summary>
    public bool IsUnrouted => !IsRouted && NoConsumerSince is null;

    public StoredEvent AsStored() => new(rowId, sequence, RoutedNo, NoConsumerSince, given, [.. Handlings.OrderBy(h => h.Position)])
    {
        ExpiredAt = ExpiredAt,
    };
}
