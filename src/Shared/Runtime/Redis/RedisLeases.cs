using Hobom.Slices.Core;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>Keeps who has each flow in a string of its own, <c>dlqx:lease:&lt;category&gt;</c>, which expires.</summary>
public sealed class RedisLeases(RedisConnection redis)
{
    public LeasePort Of(Category category)
    {
        var key = Key(category);
        return new LeasePort(
            () => ReadAsync(key), (seen, text, life) => TakeAsync(key, seen, text, life),
            (text, life) => OnAsync(key, text, transaction => transaction.KeyExpireAsync(key, life)), text => ReleaseAsync(key, text));
    }

    internal static RedisKey Key(Category category) => $"dlqx:lease:{category.Name}";

    async Task<Either<StoreFailure, Option<string>>> ReadAsync(RedisKey key) =>
        (await redis.RunAsync(db => db.StringGetAsync(key))).Map(value => value.IsNull ? Option<string>.None : (string)value!);

    Task<Either<StoreFailure, bool>> TakeAsync(RedisKey key, string? seen, string text, TimeSpan life) =>
        seen is null
            ? redis.RunAsync(db => db.StringSetAsync(key, text, life, When.NotExists))
            : OnAsync(key, seen, transaction => transaction.StringSetAsync(key, text, life));

    async Task<Either<StoreFailure, Unit>> ReleaseAsync(RedisKey key, string text) =>
        (await OnAsync(key, text, transaction => transaction.KeyDeleteAsync(key))).Map(_ => Unit.Default);

    Task<Either<StoreFailure, bool>> OnAsync(RedisKey key, string text, Func<ITransaction, Task> change) =>
        redis.RunAsync(db =>
        {
            var transaction = db.CreateTransaction();
            transaction.AddCondition(Condition.StringEqual(key, text));
            return transaction.CommitAsync(change(transaction));
        });
}
