namespace Hobom.Slices.Bench.Backlog;

/// <summary>Whom a processor is put among.</summary>
/// <param name="Broker">Kafka, host:port.</param>
/// <param name="Redis">host:port.</param>
sealed record Neighbours(string Broker, string Redis, Outbox Outbox);
