namespace Hobom.Slices.Outbox;

public enum OutboxDatabase
{
    /// <summary>By the connection's type.</summary>
    Detect,

    PostgreSql,
    Sqlite,
}

public sealed record OutboxWriterOptions
{
    /// <summary>For events that name none.</summary>
    public string InstanceId { get; init; } = Environment.MachineName;

    /// <summary>Which one a connection speaks to that wraps another.</summary>
    public OutboxDatabase Database { get; init; }

    /// <summary>Where the outbox table lies; null: where the connection looks.</summary>
    public string? Schema { get; init; }

    /// <summary>As the processor's <c>payload_max_bytes</c>.</summary>
    public int PayloadBytes { get; init; } = 1_000_000;

    /// <summary>Stores session ids and e-mail addresses as they are given, instead of their SHA-256.</summary>
    public bool KeepSecrets { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
