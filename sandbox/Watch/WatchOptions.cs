namespace Hobom.Slices.Sandbox.Watch;

/// <summary>What <c>watch</c> looks at, and when it has seen enough.</summary>
/// <param name="CountLimit">Ends once so many rows are settled; null watches until it is stopped.</param>
/// <param name="Notes">Shown as they are: where to look next.</param>
public sealed record WatchOptions(
    Uri Summary, string Broker, int RedisPort, long? CountLimit, TimeSpan TimeLimit, string Notes)
{
    public const string Usage = """
        hobom-sandbox watch --summary URL --broker HOST:PORT --redis-port P [--shop URL] [--count N] [--time-limit S] [--notes TEXT]
          Shows every two seconds what flows: rows, Kafka topics, dead letters (read with redis-cli), and the shop's events.
          --count N       end when N rows are SENT or FAILED: exit code 0, 1 when a FAILED row has no dead letter
          --time-limit S  with --count: give up after S seconds with exit code 1 (default 600)
        """;

    /// <summary>Null: there is none to be shown.</summary>
    public Uri? Shop { get; init; }

    public static WatchOptions Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine(
            arguments,
            names: ["--summary", "--broker", "--redis-port", "--shop", "--count", "--time-limit", "--notes"],
            switches: []);
        if (!Uri.TryCreate(line.Required("--summary"), UriKind.Absolute, out var summary))
            throw new UsageException("--summary requires a URL");
        _ = line.Required("--redis-port");
        return new WatchOptions(
            summary,
            line.Required("--broker"),
            line.Port("--redis-port"),
            (long?)line.Number("--count", limit: 1_000_000_000),
            TimeSpan.FromSeconds(line.Number("--time-limit", limit: 1_000_000) ?? 600),
            line.Text("--notes") ?? "")
        {
            Shop = line.Text("--shop") is not { } text ? null
                : Uri.TryCreate(text, UriKind.Absolute, out var shop) ? shop
                : throw new UsageException("--shop wants a URL"),
        };
    }
}
