using LanguageExt;

namespace Hobom.Slices.Broker;

/// <summary>Which event it is: two events are the same only when source and id are.</summary>
public readonly record struct EventIdentity(string Source, string Id)
{
    public override string ToString() => $"{Source}/{Id}";
}

/// <summary>
/// An event as its publisher wrote it. Text that was not given is empty, as the contract has it; the payload's bytes are
/// never changed.
/// </summary>
public sealed record BrokerEvent
{
    public required string Id { get; init; }

    public required string Source { get; init; }

    /// <summary>Segments parted by dots: <c>public.users.create</c>.</summary>
    public required string Type { get; init; }

    /// <summary>JSON in UTF-8. None where there is none, which is not the same as the four bytes <c>null</c>.</summary>
    public Option<ReadOnlyMemory<byte>> Payload { get; init; }

    public string SourceModule { get; init; } = "";

    public string AggregateType { get; init; } = "";

    public string AggregateId { get; init; } = "";

    /// <summary>None: the aggregate, where there is one.</summary>
    public string? OrderingKey { get; init; }

    public int? SchemaVersion { get; init; }

    /// <summary>As the contract shows an event that has none.</summary>
    public const string NoMetadata = "{}";

    /// <summary>A JSON object as text, or null: <see cref="NoMetadata"/> says the same.</summary>
    public string? Metadata { get; init; }

    /// <summary>0 is unknown.</summary>
    public long UserId { get; init; }

    public string SessionId { get; init; } = "";

    public string InstanceId { get; init; } = "";

    public string Schema { get; init; } = "";

    public string Entity { get; init; } = "";

    public string Operation { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not before; null: at once.</summary>
    public DateTimeOffset? AvailableAt { get; init; }

    /// <summary>Why the row that another program wrote cannot be read as an event; null where it can.</summary>
    public string? Unreadable { get; init; }

    public EventIdentity Identity => new(Source, Id);

    /// <summary>The contract's convention; nothing is dropped: without a schema it begins with a dot.</summary>
    public static string TypeOf(string schema, string entity, string operation) => $"{schema}.{entity}.{operation}";

    /// <summary>What consumers that keep order go by; null where the event follows no other.</summary>
    public string? EffectiveKey =>
        OrderingKey ?? (AggregateId.Length == 0 ? null : $"{SourceModule}/{AggregateType}/{AggregateId}");

    /// <summary>
    /// Whether the repeat of an event says the same. Times are left out: a publisher that sends an event once more has
    /// stamped it anew.
    /// </summary>
    public bool SaysTheSameAs(BrokerEvent other) =>
        Lasting == other.Lasting && SamePayload(Payload, other.Payload);

    BrokerEvent Lasting => this with
    {
        Payload = default, CreatedAt = default, AvailableAt = null, InstanceId = "", Metadata = Metadata is NoMetadata ? null : Metadata,
    };

    static bool SamePayload(Option<ReadOnlyMemory<byte>> one, Option<ReadOnlyMemory<byte>> other) =>
        one.Match(a => other.Match(b => a.Span.SequenceEqual(b.Span), () => false), () => other.IsNone);
}
