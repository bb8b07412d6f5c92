using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Streams;

/// <summary>What came of an increment.</summary>
public abstract record Incremented
{
    public sealed record To(long Value) : Incremented;

    /// <summary>The field, or the key, holds something that cannot be counted on.</summary>
    public sealed record NotANumber(string Reason) : Incremented;
}

/// <summary>A state with the count of its changes, of one moment.</summary>
/// <param name="Number">0 where none was counted.</param>
public sealed record StateLook(string Epoch, long Number, IReadOnlyDictionary<string, string> Fields);

/// <summary>
/// The state by name, for people and other programs. What is written here is seen by the router at once; a decision that was
/// made from the field before is made again.
/// </summary>
public sealed class StateStore(RedisConnection redis, RouterSettings settings)
{
    /// <returns>None where there is nothing: a hash without fields is none.</returns>
    public async Task<Either<StoreFailure, Option<IReadOnlyDictionary<string, string>>>> GetAsync(StateKey key) =>
        (await redis.RunAsync(db => db.HashGetAllAsync(key.ToString()))).Map(fields => fields.Length == 0
            ? Option<IReadOnlyDictionary<string, string>>.None
            : Option<IReadOnlyDictionary<string, string>>.Some(
                fields.ToDictionary(f => (string)f.Name!, f => (string)f.Value!, StringComparer.Ordinal)));

    /// <summary>The state with its number, as they were together.</summary>
    public Task<Either<StoreFailure, StateLook>> LookAsync(StateKey key) => redis.RunAsync(async db =>
    {
        var transaction = db.CreateTransaction();
        var fields = transaction.HashGetAllAsync(key.ToString());
        var number = transaction.StringGetAsync(RouterKeys.ChangesOf(key));
        var epoch = transaction.StringGetAsync(RouterKeys.Epoch);
        await transaction.ExecuteAsync();
        return new StateLook(
            (string?)await epoch ?? "0", (long?)await number ?? 0,
            (await fields).ToDictionary(f => (string)f.Name!, f => (string)f.Value!, StringComparer.Ordinal));
    });

    /// <summary>Sets the fields and leaves others; fields and lifetime in one step.</summary>
    /// <param name="life">Null: the lifetime of the key's class, where it has one.</param>
    public async Task<Either<StoreFailure, Unit>> SetAsync(StateKey key, IReadOnlyDictionary<string, string> fields, TimeSpan? life)
    {
        return await redis.RunAsync(async db =>
        {
            var transaction = db.CreateTransaction();
            var written = transaction.HashSetAsync(key.ToString(), [.. fields.Select(f => new HashEntry(f.Key, f.Value))]);
            var counted = transaction.StringIncrementAsync(RouterKeys.ChangesOf(key));
            var lives = (life ?? settings.LifeOf(key.Class)) is { } lasting
                ? Task.WhenAll(
                    transaction.KeyExpireAsync(key.ToString(), lasting), transaction.KeyExpireAsync(RouterKeys.ChangesOf(key), lasting))
                : Task.CompletedTask;
            await transaction.ExecuteAsync();
            await Task.WhenAll(written, counted, lives);
            return Unit.Default;
        });
    }

    public async Task<Either<StoreFailure, Incremented>> IncrementAsync(StateKey key, string field, long by)
    {
        var asked = await redis.RunAsync<Incremented>(async db =>
        {
            try
            {
                var transaction = db.CreateTransaction();
                var value = transaction.HashIncrementAsync(key.ToString(), field, by);
                var counted = transaction.StringIncrementAsync(RouterKeys.ChangesOf(key));
                var lives = settings.LifeOf(key.Class) is { } life
                    ? Task.WhenAll(
                        transaction.KeyExpireAsync(key.ToString(), life), transaction.KeyExpireAsync(RouterKeys.ChangesOf(key), life))
                    : Task.CompletedTask;
                await transaction.ExecuteAsync();
                await Task.WhenAll(counted, lives);
                return new Incremented.To(await value);
            }
            catch (RedisServerException refused) when (IsOfTheValue(refused.Message))
            {
                return new Incremented.NotANumber(refused.Message);
            }
        });
        return asked;
    }

    static bool IsOfTheValue(string message) =>
        message.Contains("not an integer", StringComparison.Ordinal) || message.Contains("overflow", StringComparison.Ordinal)
        || message.StartsWith("WRONGTYPE", StringComparison.Ordinal);
}
