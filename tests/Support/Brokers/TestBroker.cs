namespace Hobom.Slices.Tests.Support.Brokers;

/// <summary>
/// A Kafka broker for tests: the one under <c>KAFKA_HOME</c>; else, where a Docker engine answers, one in a container;
/// else librdkafka's mock cluster.
/// </summary>
public abstract class TestBroker : IAsyncDisposable
{
    /// <summary>The best broker that this machine offers.</summary>
    public static TestBroker Create() =>
        KraftBroker.Home is { } home ? new KraftBroker(home)
        : ContainerEngine.Answers ? new ContainerBroker()
        : new MockBroker();

    /// <summary>One line for a test's output: which kind <see cref="Create"/> gives.</summary>
    public static string Kind =>
        KraftBroker.Home is { } home ? $"Kafka under {home}"
        : ContainerEngine.Answers ? "Kafka in a container"
        : "mock broker of librdkafka";

    /// <summary>Whether the kind that <see cref="Create"/> gives comes back after <see cref="KillAsync"/>.</summary>
    public static bool Restarts => KraftBroker.Home is not null || ContainerEngine.Answers;

    /// <summary>Host and port, once started.</summary>
    public abstract string Address { get; }

    /// <summary>Returns when clients can use it. After <see cref="KillAsync"/>: the same address, topics and records.</summary>
    public abstract Task StartAsync();

    /// <summary>As kill -9 does; returns when it is gone.</summary>
    public abstract Task KillAsync();

    public abstract ValueTask DisposeAsync();
}
