namespace Testcontainers.Kafka.Tests;

internal static class BrokerDirectory
{
    /// <summary>The directory of a running broker: that of the log its standard output goes to.</summary>
    public static string Of(int processId) =>
        Path.GetDirectoryName(new FileInfo($"/proc/{processId}/fd/1").LinkTarget)
        ?? throw new InvalidOperationException($"Process {processId} has no log.");
}
