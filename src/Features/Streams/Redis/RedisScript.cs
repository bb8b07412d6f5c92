using StackExchange.Redis;

namespace Hobom.Slices.Streams;

/// <summary>A script that Redis runs in one step; the client sends its text once and its hash from then on.</summary>
sealed class RedisScript
{
    readonly string text;

    RedisScript(string name)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream($"{name}.lua")!;
        using var reader = new StreamReader(stream);
        text = reader.ReadToEnd();
    }

    public static RedisScript Apply { get; } = new("apply");

    public static RedisScript Bury { get; } = new("bury");

    public static RedisScript Forget { get; } = new("forget");

    public static RedisScript Group { get; } = new("group");

    public static RedisScript Read { get; } = new("read");

    public static RedisScript Deal { get; } = new("deal");

    public static RedisScript Next { get; } = new("next");

    public static RedisScript Claim { get; } = new("claim");

    public static RedisScript Trim { get; } = new("trim");

    public static RedisScript Tick { get; } = new("tick");

    public static RedisScript Take { get; } = new("take");

    public static RedisScript Release { get; } = new("release");

    public static RedisScript Tidy { get; } = new("tidy");

    public Task<RedisResult> RunAsync(IDatabase db, RedisKey[] keys, RedisValue[] arguments) =>
        db.ScriptEvaluateAsync(text, keys, arguments, CommandFlags.DemandMaster);
}
