using Hobom.Slices.Core;

namespace Hobom.Slices.Streams;

/// <summary>How the router works; every process of one installation is given the same.</summary>
/// <param name="Shards">Of each domain, by its name; 1 where none is given.</param>
/// <param name="Zone">In which calendar days begin.</param>
/// <param name="Unknown">By domain; <see cref="UnknownTypePolicy.DeadLetter"/> where none is given.</param>
/// <param name="ReadCount">Entries read, and applied, in one step at most.</param>
/// <param name="Block">The longest wait of one look for new entries.</param>
/// <param name="LeaseLife">A process that is silent for so long loses its shards.</param>
/// <param name="Retention">Entries older than this are trimmed once every group is done with them; null: never.</param>
/// <param name="StateLives">
/// How long a hash lives after its last change, by its class (<c>stats:daily</c>); for ever where none is given.
/// </param>
public sealed record RouterSettings(
    string Group,
    IReadOnlyDictionary<string, int> Shards,
    TimeZoneInfo Zone,
    IReadOnlyDictionary<string, UnknownTypePolicy> Unknown,
    int ReadCount,
    TimeSpan Block,
    TimeSpan LeaseLife,
    int DeliveryLimit,
    TimeSpan? Retention,
    IReadOnlyDictionary<string, TimeSpan> StateLives)
{
    /// <summary>The kind of the router's dead letters.</summary>
    public static readonly Category LetterCategory = new("stream");

    public static RouterSettings Default { get; } = new(
        RouterKeys.DefaultGroup,
        new Dictionary<string, int>(StringComparer.Ordinal),
        TimeZoneInfo.Utc,
        new Dictionary<string, UnknownTypePolicy>(StringComparer.Ordinal),
        ReadCount: 200,
        Block: TimeSpan.FromSeconds(1),
        LeaseLife: TimeSpan.FromSeconds(5),
        RouterDecisions.DefaultDeliveryLimit,
        Retention: TimeSpan.FromDays(7),
        new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
        {
            ["stats:daily"] = TimeSpan.FromDays(400),
            ["state:chat"] = TimeSpan.FromDays(30),
            ["state:scan"] = TimeSpan.FromDays(30),
        });

    public int ShardsOf(string domain) => Shards.GetValueOrDefault(domain, 1);

    public UnknownTypePolicy PolicyOf(string domain) => Unknown.GetValueOrDefault(domain, UnknownTypePolicy.DeadLetter);

    public TimeSpan? LifeOf(string stateClass) => StateLives.TryGetValue(stateClass, out var life) ? life : null;
}
