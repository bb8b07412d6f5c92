using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>Commands that Redis executes as one, and only where all guards hold then.</summary>
public sealed record GuardedWrite(IReadOnlyList<RedisCommand> Commands, params IReadOnlyList<Guard> Guards)
{
    /// <summary>A Redis that is out of memory, or accepts no writes for another reason, refuses it.</summary>
    internal bool Grows => Commands.Any(c => c.Name is "SET" or "HSET" or "SADD" or "ZADD" or "XADD");

    /// <summary>The script's KEYS.</summary>
    internal RedisKey[] Keys() =>
        [.. Guards.Select(g => (RedisKey)g.Key), .. Commands.SelectMany(c => c.Split()).SelectMany(c => c.Keys).Select(k => (RedisKey)k)];

    /// <summary>The script's ARGV.</summary>
    internal RedisValue[] Arguments() =>
    [
        Guards.Count,
        .. Guards.SelectMany(g => (RedisValue[])[g.Kind, g.Arguments.Count, .. g.Arguments]),
        .. Commands.SelectMany(c => c.Split()).SelectMany(
            c => (RedisValue[])[c.IsTolerated ? $"?{c.Name}" : c.Name, c.Keys.Count, c.Arguments.Count, .. c.Arguments]),
    ];
}

/// <summary>What came of a write that Redis has answered.</summary>
public abstract record WriteOutcome
{
    WriteOutcome()
    {
    }

    public sealed record Written : WriteOutcome
    {
        public static readonly Written Instance = new();
    }

    /// <summary>A guard did not hold; nothing was written.</summary>
    /// <param name="Guard">Its place among the guards, from 0.</param>
    /// <param name="Found">The string that its key holds instead; null where it holds none.</param>
    public sealed record Prevented(int Guard, string? Found) : WriteOutcome;
}
