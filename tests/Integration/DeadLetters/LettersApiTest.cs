using System.Text.Json;
using Hobom.Slices.Tests.Integration.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>A test of the routes of the dead letters, with a clock that is moved by hand.</summary>
public abstract class LettersApiTest(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    protected MovedClock Clock { get; } = new();

    protected LettersApi Api { get; private set; } = null!;

    protected RedisFixture Redis => redis;

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        Api = await LettersApi.StartedAsync(redis, Clock);
    }

    public async Task DisposeAsync() => await Api.DisposeAsync();

    protected async Task SaveAsync(params string[] ids)
    {
        for (var i = 0; i < ids.Length; i++) (await redis.Store.SaveAsync(Of(Key(ids[i]), Noon.AddSeconds(i)))).Right();
        (await redis.Feed.FollowAsync()).Right();
    }

    protected static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? "";

    protected static IEnumerable<string> Texts(JsonElement of, string name) => of.GetProperty(name).EnumerateArray().Select(t => t.GetString()!);
}
