namespace Hobom.Slices.Core;

/// <summary>The fixed names of one flow.</summary>
/// <param name="EventType">As the outbox calls it.</param>
/// <param name="Topic">Empty for a flow that does not end in Kafka.</param>
public sealed record RelayRoute(string EventType, string Topic, Category Category);
