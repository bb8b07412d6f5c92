using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>Keeps who has each flow in a string of its own, <c>dlqx:lease:&lt;category&gt;</c>, which expires.</summary>
public sealed class RedisLeases(RedisConnection redis)
{
    public LeasePort Of(Category category)
    {
        var key = Key(category);
        return new LeasePort(
            () => ReadAsync(key), (seen, text, life) => WriteAsync(RedisCommand.Set(key, text, life), Guard.Unchanged(key, seen)),
            (text, life) => WriteAsync(RedisCommand.Live(key, life), Guard.Equal(key, text)),
            async text => (await WriteAsync(RedisCommand.Delete(key), Guard.Equal(key, text))).Map(_ => Unit.Default));
    }

    internal static string Key(Category category) => $"dlqx:lease:{category.Name}";

    async Task<Either<StoreFailure, Option<string>>> ReadAsync(string key) =>
        (await redis.RunAsync(db => db.StringGetAsync(key))).Map(value => value.IsNull ? Option<string>.None : (string)value!);

    async Task<Either<StoreFailure, bool>> WriteAsync(RedisCommand command, Guard guard) =>
        (await redis.CommitAsync(new GuardedWrite([command], guard))).Map(outcome => outcome is WriteOutcome.Written);
}
