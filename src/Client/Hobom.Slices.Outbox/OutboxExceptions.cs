namespace Hobom.Slices.Outbox;

/// <summary>The event is none that the processor would take; nothing was written.</summary>
public sealed class OutboxRefusedException(string field, string reason) : Exception($"invalid event: {reason}")
{
    /// <summary>The column.</summary>
    public string Field { get; } = field;
}

/// <summary>The same source and id are there with another body. The transaction can go on.</summary>
public sealed class OutboxConflictException(string source, string id)
    : Exception($"event {id} of {source} is stored already, with another body");
