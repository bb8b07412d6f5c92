using Testcontainers.Kafka;

// A process of its own for OrphanedBrokerTests: starts a broker, says which, and waits to be killed.
await using var kafka = StandInBroker.BuildMock();
await kafka.StartAsync();
Console.WriteLine(StandInBroker.ProcessIdOf(kafka));
await Task.Delay(Timeout.InfiniteTimeSpan);
