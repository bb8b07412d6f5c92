namespace Hobom.Slices.Runtime.Redis;

public enum RedisReach
{
    /// <summary>Nothing was asked of it yet.</summary>
    Untried,
    Up,

    /// <summary>It answers, and refuses what every write or every command needs.</summary>
    Refusing,
    Down,
}

/// <summary>Whether Redis answers, as last seen.</summary>
/// <param name="Since">When that was first seen.</param>
/// <param name="Detail">Why it is down, or refuses; else empty.</param>
public sealed record RedisState(RedisReach Reach, DateTimeOffset Since, string Detail);
