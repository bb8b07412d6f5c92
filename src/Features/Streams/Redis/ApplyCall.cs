using System.Diagnostics;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Streams;

/// <summary>An entry to be applied.</summary>
/// <param name="Lane">Where one entry of a lane fails, those behind it in the lane are not applied.</param>
sealed record Application(EntryId Id, int Lane, Changes Changes);

/// <summary>What became of one entry in the atomic step.</summary>
abstract record Applied
{
    /// <summary>Its effect is there, once.</summary>
    public sealed record Now : Applied;

    /// <summary>It was settled before; a redelivery changed nothing.</summary>
    public sealed record Before : Applied;

    /// <summary>Not tried: one before it in its lane failed.</summary>
    public sealed record Blocked : Applied;

    /// <summary>Not applied: somebody else changed what it was decided from.</summary>
    public sealed record Stale : Applied;

    public sealed record Fault(string Reason) : Applied;

    /// <summary>Of a replay only: the stream's owner still has the entry in hand.</summary>
    public sealed record Pending : Applied;

    /// <summary>Of a replay only: it does not wait as a letter, and nothing says that it was applied.</summary>
    public sealed record Unproven : Applied;
}

/// <summary>The arguments of the atomic step, and its answers.</summary>
sealed class ApplyCall
{
    readonly List<RedisKey> keys;
    readonly List<RedisValue> arguments;
    readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    readonly Func<string, TimeSpan?> lifeOf;

    /// <param name="holder">The owner's text in the lease; empty for a replay, which wants the entry among those that wait.</param>
    /// <param name="lifeOf">How long a hash of a class lives after its last change; null for ever.</param>
    public ApplyCall(ShardStream shard, string holder, string group, IReadOnlyList<Application> entries, Func<string, TimeSpan?> lifeOf)
    {
        this.lifeOf = lifeOf;
        keys = [.. RouterKeysOf(shard)];
        arguments = [holder, group, entries.Count];
        foreach (var entry in entries) Write(entry);
    }

    public RedisKey[] Keys => [.. keys];

    public RedisValue[] Arguments => [.. arguments];

    /// <returns>None where the lease is another's by now.</returns>
    public static Option<IReadOnlyList<Applied>> Answers(RedisResult reply)
    {
        var answers = (string[])reply!;
        return answers[0] switch
        {
            "lost" => Option<IReadOnlyList<Applied>>.None,
            _ => Option<IReadOnlyList<Applied>>.Some([.. answers.Skip(1).Select(Answer)]),
        };
    }

    static Applied Answer(string text) => text switch
    {
        "applied" => new Applied.Now(),
        "done" => new Applied.Before(),
        "blocked" => new Applied.Blocked(),
        "stale" => new Applied.Stale(),
        "pending" => new Applied.Pending(),
        "unproven" => new Applied.Unproven(),
        _ when text.StartsWith("fault ", StringComparison.Ordinal) => new Applied.Fault(text["fault ".Length..]),
        _ => throw new UnreachableException(text),
    };

    static RedisKey[] RouterKeysOf(ShardStream shard) =>
    [
        RouterKeys.Lease(shard.Name), shard.Key, RouterKeys.Settled(shard.Key), RouterKeys.Waiting(shard.Key),
    ];

    void Write(Application entry)
    {
        arguments.AddRange([entry.Id.ToString(), entry.Lane, entry.Changes.Expectations.Count]);
        foreach (var expected in entry.Changes.Expectations)
            arguments.AddRange([NumberOf(expected.Key.ToString()), expected.Field, expected.Was ?? ""]);
        arguments.Add(entry.Changes.State.Count);
        foreach (var change in entry.Changes.State) Write(change);
        arguments.Add(entry.Changes.Events.Count);
        foreach (var emission in entry.Changes.Events)
        {
            arguments.AddRange([NumberOf(emission.Stream), emission.Fields.Count]);
            foreach (var (name, value) in emission.Fields) arguments.AddRange([name, value]);
        }
    }

    void Write(StateChange change)
    {
        (string Op, RedisValue Value) told = change switch
        {
            StateChange.Add add => ("+", add.By),
            StateChange.Raise raise => (">", raise.Value),
            StateChange.Put put => ("=", put.Value),
            _ => throw new UnreachableException(),
        };
        var life = (long)(lifeOf(change.Key.Class)?.TotalMilliseconds ?? 0);
        arguments.AddRange([told.Op, NumberOf(change.Key.ToString()), change.Field, told.Value, life]);
    }

    int NumberOf(string key)
    {
        if (numbers.TryGetValue(key, out var number)) return number;
        keys.Add(key);
        return numbers[key] = keys.Count;
    }
}
