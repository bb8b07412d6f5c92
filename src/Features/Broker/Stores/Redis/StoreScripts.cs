using StackExchange.Redis;

namespace Hobom.Slices.Broker.Stores.Redis;

/// <summary>The journal's scripts; each runs in one step.</summary>
sealed class StoreScripts
{
    readonly string text;

    StoreScripts(string name)
    {
        using var stream = typeof(StoreScripts).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        text = reader.ReadToEnd();
    }

    public static StoreScripts Append { get; } = new("journal-append.lua");

    public static StoreScripts Read { get; } = new("journal-read.lua");

    public static StoreScripts Keep { get; } = new("journal-keep.lua");

    public static StoreScripts Status { get; } = new("event-status.lua");

    public static StoreScripts Remove { get; } = new("event-remove.lua");

    public Task<RedisResult> RunAsync(IDatabase db, RedisKey[] keys, RedisValue[] arguments) =>
        db.ScriptEvaluateAsync(text, keys, arguments, CommandFlags.DemandMaster);
}
