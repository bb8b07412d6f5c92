using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Integration.Redis;

/// <summary>Leases as processes take them that share nothing but Redis.</summary>
static class TestLeases
{
    public const string Prefix = "dlqx:lease:";

    /// <summary>Of a machine of its own: nobody can see whether it has ended.</summary>
    public static ProcessIdentity NewProcess(string host = "here") => new(Guid.NewGuid().ToString("N"), host, 7, null, null, null);

    public static FlowLease New(
        RedisConnection redis, string flow = "menu", ProcessIdentity? process = null, LeaseTimes? times = null, int number = 0, int shards = 1)
    {
        var shard = new FlowShard(new Category(flow), number, new ShardCount(shards));
        var lives = times ?? LeaseTimes.For(TimeSpan.FromSeconds(5));
        return new FlowLease(
            shard, new RedisLeases(redis, lives.Life).Of(shard), lives, process ?? NewProcess(), TimeProvider.System, NullLogger.Instance);
    }

    public static async Task<FlowLease> HeldAsync(RedisConnection redis, string flow = "menu")
    {
        var lease = New(redis, flow);
        Assert.IsType<LeaseAnswer.Held>(await lease.TryAcquireAsync());
        return lease;
    }
}
