using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Tests.Integration.Redis;

public sealed class RedisKeptValuesTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    static readonly byte[] Bytes = [0, 0xFF, 0x0A, 0];

    FlowLease lease = null!;

    KeptValuePort Kept => new RedisKeptValues(redis.Connection).Of("law", lease);

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        lease = await TestLeases.HeldAsync(redis.Connection, "law");
    }

    public Task DisposeAsync() => lease.CloseAsync();

    [Fact]
    public async Task What_is_kept_comes_back_byte_for_byte_under_the_space_and_name()
    {
        (await Kept.Set("generated:a:b\n📮", Bytes, TimeSpan.FromDays(7))).Right();
        (await Kept.Set("empty", ReadOnlyMemory<byte>.Empty, TimeSpan.FromDays(7))).Right();
        Assert.Equal(["dlqx:law:empty", "dlqx:law:generated:a:b\n📮"], redis.Keys().Where(k => k != TestLeases.Prefix + "law").Order(StringComparer.Ordinal));
        Assert.Equal(Bytes, (await Kept.Get("generated:a:b\n📮")).Right().Match(b => b.ToArray(), () => []));
        Assert.Equal(0, (await Kept.Get("empty")).Right().Match(b => b.Length, () => -1));
        Assert.True((await Kept.Get("generated")).Right().IsNone);
    }

    [Fact]
    public async Task It_lives_as_long_as_the_last_write_said()
    {
        (await Kept.Set("a", Bytes, TimeSpan.FromDays(30))).Right();
        (await Kept.Set("a", Bytes, TimeSpan.FromHours(24))).Right();
        var left = await redis.Plain.KeyTimeToLiveAsync("dlqx:law:a");
        Assert.InRange(left!.Value, TimeSpan.FromHours(24) - TimeSpan.FromSeconds(20), TimeSpan.FromHours(24));
    }

    [Fact]
    public async Task Two_spaces_do_not_meet_and_a_key_of_another_type_is_a_failure()
    {
        (await Kept.Set("a", Bytes, TimeSpan.FromDays(1))).Right();
        Assert.True((await new RedisKeptValues(redis.Connection).Of("other", lease).Get("a")).Right().IsNone);
        await redis.Plain.SetAddAsync("dlqx:law:set", "x");
        (await Kept.Get("set")).Left();
    }

    [Fact]
    public async Task Without_the_flow_nothing_is_kept()
    {
        await redis.Plain.StringSetAsync(TestLeases.Prefix + "law", "another's");
        (await Kept.Set("a", Bytes, TimeSpan.FromDays(1))).Left();
        Assert.True((await Kept.Get("a")).Right().IsNone);
    }
}
