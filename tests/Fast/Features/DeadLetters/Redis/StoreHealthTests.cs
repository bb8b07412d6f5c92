using Hobom.Slices.DeadLetters.Redis;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Redis;

public sealed class StoreHealthTests
{
    static readonly Dictionary<string, string> Well = new(StringComparer.Ordinal)
    {
        ["maxmemory"] = "1000000", ["maxmemory_policy"] = "noeviction", ["evicted_keys"] = "0", ["aof_enabled"] = "1",
        ["aof_last_write_status"] = "ok", ["rdb_last_bgsave_status"] = "ok",
    };

    [Fact]
    public void A_store_that_is_well_has_no_problem() => Assert.Empty(StoreHealth.Of(Well, TimeSpan.FromSeconds(5)).Problems);

    [Theory]
    [InlineData("maxmemory_policy", "volatile-lru", "volatile-lru")]
    [InlineData("evicted_keys", "3", "3 keys")]
    [InlineData("aof_enabled", "0", "append-only file is off")]
    [InlineData("aof_last_write_status", "err", "err")]
    [InlineData("rdb_last_bgsave_status", "err", "err")]
    public void What_endangers_letters_is_told(string field, string value, string told)
    {
        var info = new Dictionary<string, string>(Well, StringComparer.Ordinal) { [field] = value };
        Assert.Contains(told, Assert.Single(StoreHealth.Of(info, TimeSpan.Zero).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_without_a_memory_limit_evicts_nothing()
    {
        var info = new Dictionary<string, string>(Well, StringComparer.Ordinal) { ["maxmemory_policy"] = "volatile-lru", ["maxmemory"] = "0" };
        Assert.Empty(StoreHealth.Of(info, TimeSpan.Zero).Problems);
    }

    [Theory]
    [InlineData(5.1)]
    [InlineData(-5.1)]
    public void A_clock_that_is_off_is_told(double seconds) =>
        Assert.Contains("clock", Assert.Single(StoreHealth.Of(Well, TimeSpan.FromSeconds(seconds)).Problems), StringComparison.Ordinal);

    [Fact]
    public void A_Redis_that_tells_nothing_is_a_problem() =>
        Assert.Contains("INFO", Assert.Single(StoreHealth.Of(new Dictionary<string, string>(StringComparer.Ordinal), TimeSpan.Zero).Problems), StringComparison.Ordinal);
}
