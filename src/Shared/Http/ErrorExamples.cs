namespace Hobom.Slices.Http;

/// <summary>What the description of the API shows of refusals that many routes share.</summary>
public static class ErrorExamples
{
    public static readonly ErrorAnswer RedisAway = new("Redis at redis:6379: no answer within 2 s");
}
