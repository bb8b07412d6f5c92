using System.Net;
using Hobom.Slices.Sandbox.Feed;

namespace Hobom.Slices.Sandbox;

/// <summary>What <c>serve</c> was asked for. Ports: 0 takes a free one.</summary>
public sealed record ServeOptions
{
    public const string Usage = """
        hobom-sandbox [serve] [--rate N] [--count N] [--flows LIST] [--only-good] [--batch] [--end-with-stdin]
                      [--listen ADDRESS] [--main-port P] [--space-port P] [--llm-port P] [--http-port P]
          Serves the outboxes of the contract from memory and fills them with sample events.
          --rate N          events per second over all flows (default 5)
          --count N         stop adding events after N
          --flows LIST      some of messages,logs,space,space-logs,law (default: all)
          --only-good       no row that becomes a dead letter (one message in twenty, some of a megabyte)
          --batch           offer the batch contract too (protos/outbox/v1); HOBOM_OUTBOX_BATCH=auto uses it
          --end-with-stdin  end when standard input closes, not only on SIGTERM
          --listen ADDRESS  an address of this machine (default 127.0.0.1); 0.0.0.0 is for a container, whose
                            network keeps strangers out
          Calls want the x-api-key that HOBOM_GRPC_API_KEY holds (default: sandbox).
          Prints its addresses as one line of JSON. GET /summary on the http address says how the rows stand.
        """;

    public double RowsPerSecond { get; init; } = 5;
    public long? CountLimit { get; init; }
    public IReadOnlyList<Flow> Flows { get; init; } = Flow.All;
    public bool OnlyGood { get; init; }
    public bool Batch { get; init; }
    public bool EndWithStdin { get; init; }
    public string ApiKey { get; init; } = "sandbox";
    public IPAddress Listen { get; init; } = IPAddress.Loopback;
    public int MainPort { get; init; }
    public int SpacePort { get; init; }
    public int LlmPort { get; init; }
    public int HttpPort { get; init; }

    public static ServeOptions Parse(IReadOnlyList<string> arguments, string? apiKey)
    {
        var line = new CommandLine(
            arguments,
            names: ["--rate", "--count", "--flows", "--listen", "--main-port", "--space-port", "--llm-port", "--http-port"],
            switches: ["--only-good", "--batch", "--end-with-stdin"]);
        return new ServeOptions
        {
            RowsPerSecond = line.Number("--rate", limit: 100_000) ?? 5,
            CountLimit = (long?)line.Number("--count", limit: 1_000_000_000),
            Flows = line.Text("--flows") is { } names ? [.. names.Split(',').Select(Named)] : Flow.All,
            OnlyGood = line.Has("--only-good"),
            Batch = line.Has("--batch"),
            EndWithStdin = line.Has("--end-with-stdin"),
            ApiKey = string.IsNullOrEmpty(apiKey) ? "sandbox" : apiKey,
            Listen = line.Text("--listen") is not { } address ? IPAddress.Loopback
                : IPAddress.TryParse(address, out var own) ? own
                : throw new UsageException($"--listen wants an IP address of this machine, not '{address}'"),
            MainPort = line.Port("--main-port"),
            SpacePort = line.Port("--space-port"),
            LlmPort = line.Port("--llm-port"),
            HttpPort = line.Port("--http-port"),
        };
    }

    private static Flow Named(string name) =>
        Flow.All.FirstOrDefault(flow => flow.Name == name)
        ?? throw new UsageException($"no flow '{name}'; there are {string.Join(", ", Flow.All.Select(flow => flow.Name))}");
}
