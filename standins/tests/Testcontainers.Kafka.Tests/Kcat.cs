namespace Testcontainers.Kafka.Tests;

/// <summary>A Kafka client of another make, run from the command line.</summary>
internal static class Kcat
{
    public static Task<CommandResult> ListAsync(string address, params string[] more) =>
        Command.RunAsync("kcat", ["-b", address, "-L", "-m", "5", .. more]);

    public static Task<CommandResult> ProduceAsync(string address, string topic, string record) =>
        Command.RunAsync("kcat", ["-b", address, "-P", "-t", topic, "-X", "message.timeout.ms=10000"], record);

    /// <returns>The topic's records so far.</returns>
    public static async Task<string[]> ConsumeAsync(string address, string topic)
    {
        var result = await Command.RunAsync("kcat", ["-b", address, "-C", "-t", topic, "-o", "beginning", "-e", "-q"]);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
