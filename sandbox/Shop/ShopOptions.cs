namespace Hobom.Slices.Sandbox.Shop;

/// <summary>Where the shop's database and the processor are.</summary>
/// <param name="Database">A file of SQLite, or a connection string of PostgreSQL.</param>
/// <param name="Processor">The base of its API.</param>
public sealed record ShopOptions(string Provider, string Database, Uri Processor, double OrdersPerSecond)
{
    public const string Usage = """
        hobom-sandbox shop --provider sqlite|postgres --database FILE_OR_URL --processor URL [--rate N]
          An application in C# with Entity Framework Core: each order that it saves is an event of the broker, which reaches its own
          handler, its webhook and the topic hobom.shop. The processor's key is what HOBOM_API_KEY holds.
          Prints its address as one line of JSON. GET /shop there says what has arrived.
        """;

    public static ShopOptions Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine(arguments, names: ["--provider", "--database", "--processor", "--rate"], switches: []);
        if (line.Required("--provider") is not ("sqlite" or "postgres"))
            throw new UsageException("--provider wants sqlite or postgres");
        if (!Uri.TryCreate(line.Required("--processor"), UriKind.Absolute, out var processor))
            throw new UsageException("--processor wants a URL");
        return new ShopOptions(
            line.Required("--provider"), line.Required("--database"), processor, line.Number("--rate", limit: 1000) ?? 1);
    }
}
