using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>What must hold at the moment of a write. The kinds are those of <c>guarded-write.lua</c>.</summary>
public sealed class Guard
{
    Guard(string kind, string key, params IReadOnlyList<RedisValue> arguments) => (Kind, Key, Arguments) = (kind, key, arguments);

    internal string Kind { get; }

    internal string Key { get; }

    internal IReadOnlyList<RedisValue> Arguments { get; }

    public static Guard Exists(string key) => new("exists", key);

    public static Guard Missing(string key) => new("missing", key);

    /// <summary>The key holds this string.</summary>
    public static Guard Equal(string key, RedisValue text) => new("equal", key, text);

    /// <summary>The key holds the string that was read, or still does not exist where nothing was.</summary>
    public static Guard Unchanged(string key, RedisValue read) => read.IsNull ? Missing(key) : Equal(key, read);

    public static Guard FieldEqual(string hash, RedisValue field, RedisValue text) => new("fieldequal", hash, field, text);

    public static Guard NoField(string hash, RedisValue field) => new("nofield", hash, field);
}
