namespace Testcontainers.Kafka;

/// <summary>How to run a prepared broker.</summary>
/// <param name="Arguments">The program and its arguments.</param>
/// <param name="Environment">Variables added to this process's own.</param>
/// <param name="AddressIn">The broker's address, given what it has logged so far; null while unknown.</param>
/// <param name="ComesBack">Whether it may be run again, on the same data at the same address.</param>
internal sealed record BrokerCommand(
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    Func<string, string?> AddressIn,
    bool ComesBack);
