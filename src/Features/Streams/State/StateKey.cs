namespace Hobom.Slices.Streams;

/// <summary>
/// Names a hash of the state: <c>state:&lt;kind&gt;:&lt;id&gt;</c> or <c>stats:&lt;kind&gt;:&lt;id&gt;</c>. A contract:
/// others read them.
/// </summary>
/// <param name="Id">All that follows the kind, colons included.</param>
public sealed record StateKey(string Prefix, string Kind, string Id)
{
    public const string StatePrefix = "state";
    public const string StatsPrefix = "stats";

    /// <summary>UTF-8 bytes of an id.</summary>
    public const int IdByteLimit = 512;

    /// <summary>The class that a lifetime is set for: <c>state:user</c>, <c>stats:daily</c> …</summary>
    public string Class => $"{Prefix}:{Kind}";

    public static StateKey State(string kind, string id) => new(StatePrefix, kind, id);

    public static StateKey User(string id) => State("user", id);

    public static StateKey UserStats(string id) => new(StatsPrefix, "user", id);

    /// <summary>All users' counts of one calendar day.</summary>
    public static StateKey DailyStats(DateOnly day) => new(StatsPrefix, "daily", day.ToString("yyyy-MM-dd"));

    /// <summary>What people and other programs may read and write by name; lower-case letters, digits, <c>-</c> and <c>_</c>.</summary>
    public static bool IsKind(string kind) =>
        kind.Length is > 0 and <= 32 && kind.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    public override string ToString() => $"{Prefix}:{Kind}:{Id}";
}
