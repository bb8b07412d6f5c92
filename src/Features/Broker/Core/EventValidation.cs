using System.Text;
using Hobom.Slices.Rows;
using LanguageExt;

namespace Hobom.Slices.Broker;

/// <summary>Why an event is not taken. The first four are the contract's texts, which callers match on.</summary>
public abstract record EventFault
{
    EventFault()
    {
    }

    /// <summary>As callers read it, without the contract's <c>invalid event: </c> in front.</summary>
    public abstract string Text { get; }

    /// <summary>Id, source, type or instance id.</summary>
    public sealed record Missing(string Field) : EventFault
    {
        public override string Text => $"{Field} is required";
    }

    public sealed record TooLong(string Field, int Length, int Limit) : EventFault
    {
        public override string Text => $"{Field} has {Length} characters, more than {Limit}";
    }

    /// <summary>U+0000, which no database keeps as text, or half a surrogate pair.</summary>
    public sealed record NotText(string Field) : EventFault
    {
        public override string Text => $"{Field} holds a character that cannot be stored";
    }

    /// <summary>What may be left out, and was given without a text.</summary>
    public sealed record Empty(string Field) : EventFault
    {
        public override string Text => $"{Field} is empty";
    }

    public sealed record PayloadTooLarge(int Bytes, int Limit) : EventFault
    {
        public override string Text => $"payload has {Bytes} bytes, more than {Limit}";
    }

    public sealed record NotJson(string Field, string Why) : EventFault
    {
        public override string Text => $"{Field} is no JSON that can be kept: {Why}";
    }

    public sealed record MetadataNoObject : EventFault
    {
        public override string Text => "metadata is no object";
    }

    /// <summary>It is not what the schema of its version says.</summary>
    public sealed record Misfit(string Why) : EventFault
    {
        public override string Text => Why;
    }

    public sealed record SchemaVersionBelowOne(int Value) : EventFault
    {
        public override string Text => $"schema_version {Value} is below 1";
    }
}

/// <param name="PayloadBytes">At most.</param>
/// <param name="JsonDepth">Nesting, at most.</param>
public sealed record EventLimits(int PayloadBytes, int MetadataBytes, int JsonDepth)
{
    public static EventLimits Default { get; } = new(1_000_000, 64 * 1024, 64);
}

public static class EventValidation
{
    /// <summary>The contract's order first (id, source, type, instance id), then the limits; the first fault is told.</summary>
    public static Either<EventFault, BrokerEvent> Check(BrokerEvent given, EventLimits limits)
    {
        var fault = MissingField(given) ?? TextFault(given) ?? EmptyField(given) ?? PayloadFault(given, limits)
            ?? MetadataFault(given, limits);
        if (fault is not null) return fault;
        return given.SchemaVersion is { } version and < 1 ? new EventFault.SchemaVersionBelowOne(version) : given;
    }

    static EventFault? MissingField(BrokerEvent given) =>
        given.Id.Length == 0 ? new EventFault.Missing("event ID")
        : given.Source.Length == 0 ? new EventFault.Missing("event source")
        : given.Type.Length == 0 ? new EventFault.Missing("event type")
        : given.InstanceId.Length == 0 ? new EventFault.Missing("instance ID")
        : null;

    static EventFault? TextFault(BrokerEvent given) =>
        Texts(given).Select(t => TextFault(t.Field, t.Text, t.Limit)).FirstOrDefault(f => f is not null);

    /// <summary>The limits are the table's columns.</summary>
    static IEnumerable<(string Field, string Text, int Limit)> Texts(BrokerEvent given) =>
    [
        ("id", given.Id, 255), ("source", given.Source, 255), ("type", given.Type, 255),
        ("instance_id", given.InstanceId, 255), ("session_id", given.SessionId, 255), ("schema", given.Schema, 255),
        ("entity", given.Entity, 255), ("operation", given.Operation, 50), ("source_module", given.SourceModule, 127),
        ("aggregate_type", given.AggregateType, 127), ("aggregate_id", given.AggregateId, 36),
        ("ordering_key", given.OrderingKey ?? "", 255),
    ];

    static EventFault? TextFault(string field, string text, int limit) =>
        text.Length > limit ? new EventFault.TooLong(field, text.Length, limit)
        : !StoredText.IsKept(text) ? new EventFault.NotText(field)
        : null;

    /// <summary>The tables keep none that is empty.</summary>
    static EventFault? EmptyField(BrokerEvent given) => given.OrderingKey is "" ? new EventFault.Empty("ordering_key") : null;

    static EventFault? PayloadFault(BrokerEvent given, EventLimits limits) => given.Payload.MatchUnsafe(
        payload => payload.Length > limits.PayloadBytes
            ? new EventFault.PayloadTooLarge(payload.Length, limits.PayloadBytes)
            : JsonFault("payload", payload.Span, limits.JsonDepth),
        () => (EventFault?)null);

    static EventFault? MetadataFault(BrokerEvent given, EventLimits limits)
    {
        if (given.Metadata is not { } metadata) return null;
        var bytes = Encoding.UTF8.GetBytes(metadata);
        if (bytes.Length > limits.MetadataBytes) return new EventFault.TooLong("metadata", bytes.Length, limits.MetadataBytes);
        return JsonFault("metadata", bytes, limits.JsonDepth)
            ?? (metadata.AsSpan().TrimStart()[0] == '{' ? null : new EventFault.MetadataNoObject());
    }

    static EventFault? JsonFault(string field, ReadOnlySpan<byte> json, int depth) =>
        StoredText.JsonFault(json, depth) is { } why ? new EventFault.NotJson(field, why) : null;
}
