namespace Hobom.Slices.Runtime.Redis;

public enum RedisReach
{
    /// <summary>Nothing was asked of it yet.</summary>
    Untried,
    Up,
    Down,
}

/// <summary>Whether Redis answers, as last seen.</summary>
/// <param name="Since">When that was first seen.</param>
/// <param name="Detail">Why it is down; else empty.</param>
public sealed record RedisState(RedisReach Reach, DateTimeOffset Since, string Detail);
