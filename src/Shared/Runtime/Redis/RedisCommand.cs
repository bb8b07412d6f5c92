using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>A command that writes, as a value: to be sent with others as one <see cref="GuardedWrite"/>.</summary>
public sealed class RedisCommand
{
    /// <summary>Lua hands over some thousands of arguments at most.</summary>
    const int ArgumentLimit = 1000;

    RedisCommand(string name, IReadOnlyList<string> keys, params IReadOnlyList<RedisValue> arguments) =>
        (Name, Keys, Arguments) = (name, keys, arguments);

    internal string Name { get; }

    internal IReadOnlyList<string> Keys { get; }

    internal IReadOnlyList<RedisValue> Arguments { get; }

    /// <summary>Its failure is none of the others': they are written all the same.</summary>
    internal bool IsTolerated { get; private init; }

    /// <param name="life">Null for a string that does not expire.</param>
    public static RedisCommand Set(string key, RedisValue value, TimeSpan? life) =>
        life is { } left ? new("SET", [key], value, "PX", Milliseconds(left)) : new("SET", [key], value);

    /// <summary>Replaces a string that exists, and leaves its life as it is.</summary>
    public static RedisCommand Replace(string key, RedisValue value) => new("SET", [key], value, "XX", "KEEPTTL");

    public static RedisCommand Delete(params IReadOnlyList<string> keys) => new("DEL", keys);

    public static RedisCommand Rename(string from, string to) => new("RENAME", [from, to]);

    /// <param name="life">Null where it is not to expire.</param>
    public static RedisCommand Live(string key, TimeSpan? life) =>
        life is { } left ? new("PEXPIRE", [key], Milliseconds(left)) : new("PERSIST", [key]);

    public static RedisCommand SetFields(string hash, params IReadOnlyList<HashEntry> fields) =>
        new("HSET", [hash], [.. fields.SelectMany(f => (RedisValue[])[f.Name, f.Value])]);

    public static RedisCommand RemoveFields(string hash, params IReadOnlyList<RedisValue> fields) => new("HDEL", [hash], fields);

    public static RedisCommand AddToSet(string set, RedisValue member) => new("SADD", [set], member);

    public static RedisCommand Rank(string sortedSet, RedisValue member, RedisValue score) => new("ZADD", [sortedSet], score, member);

    /// <summary>A member that is there keeps its score.</summary>
    public static RedisCommand RankNew(string sortedSet, RedisValue member, RedisValue score) =>
        new("ZADD", [sortedSet], "NX", score, member);

    public static RedisCommand Unrank(string sortedSet, RedisValue member) => new("ZREM", [sortedSet], member);

    /// <param name="fields">Names and values in turn.</param>
    public static RedisCommand Append(string stream, params IReadOnlyList<RedisValue> fields) => new("XADD", [stream], ["*", .. fields]);

    /// <summary>The same, for what is written along with others and must not be in their way.</summary>
    public RedisCommand Tolerated() => new(Name, Keys, Arguments) { IsTolerated = true };

    /// <summary>The same, in as many commands as it takes.</summary>
    internal IEnumerable<RedisCommand> Split() =>
        Arguments.Count <= ArgumentLimit || Name is not ("HSET" or "HDEL")
            ? [this]
            : Arguments.Chunk(ArgumentLimit).Select(some => new RedisCommand(Name, Keys, some) { IsTolerated = IsTolerated });

    static long Milliseconds(TimeSpan life) => (long)life.TotalMilliseconds;
}
