using System.Text.Json;
using System.Text.Json.Serialization;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// Keeps who shares a divided flow: a string <c>dlqx:sharer:&lt;category&gt;:&lt;shards&gt;:&lt;process&gt;</c> for each, which
/// expires, and their names in the hash <c>dlqx:sharers:&lt;category&gt;:&lt;shards&gt;</c>.
/// </summary>
public sealed class RedisShards(RedisConnection redis)
{
    public ShardPort Of(Category category, ShardCount count)
    {
        var names = $"dlqx:sharers:{category.Name}:{count.Value}";
        RedisKey[] leases =
            [.. Enumerable.Range(0, count.Value).Select(n => (RedisKey)RedisLeases.Key(new FlowShard(category, n, count)))];
        return new ShardPort(
            async (me, life) =>
            {
                var told = await redis.CommitAsync(new GuardedWrite(
                    [
                        RedisCommand.SetFields(names, new HashEntry(me.Id, "")), RedisCommand.Live(names, life * 2),
                        RedisCommand.Set(Sharer(me.Id), JsonSerializer.Serialize(me, ShardJson.Default.ProcessIdentity), life),
                    ]));
                return told.TryGetRight(out _, out var failure) ? await LookAsync() : failure;
            },
            async me => (await redis.CommitAsync(new GuardedWrite(
                [RedisCommand.Delete(Sharer(me.Id)), RedisCommand.RemoveFields(names, me.Id)]))).Map(_ => Unit.Default));

        string Sharer(string id) => $"dlqx:sharer:{category.Name}:{count.Value}:{id}";

        async Task<Either<StoreFailure, ShardsSeen>> LookAsync()
        {
            if (!(await redis.RunAsync(ReadAsync)).TryGetRight(out var read, out var failure)) return failure;
            if (read.Gone.Length > 0) await redis.CommitAsync(new GuardedWrite([RedisCommand.RemoveFields(names, read.Gone)]));
            return read.Seen;
        }

        async Task<(ShardsSeen Seen, RedisValue[] Gone)> ReadAsync(IDatabase db)
        {
            RedisValue[] ids = [.. (await db.HashGetAllAsync(names)).Select(e => e.Name)];
            var texts = await db.StringGetAsync([.. ids.Select(id => (RedisKey)Sharer(id!)), .. leases]);
            RedisValue[] gone = [.. ids.Where((_, n) => texts[n].IsNull)];
            var seen = new ShardsSeen(
                [.. texts.Take(ids.Length).Where(t => !t.IsNull).Select(t => IdentityOf((string)t!)).OfType<ProcessIdentity>()],
                [.. texts.Skip(ids.Length).Select(t => (string?)t)]);
            return (seen, gone);
        }
    }

    /// <summary>Null for what another build has written.</summary>
    static ProcessIdentity? IdentityOf(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ShardJson.Default.ProcessIdentity);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProcessIdentity))]
sealed partial class ShardJson : JsonSerializerContext;
