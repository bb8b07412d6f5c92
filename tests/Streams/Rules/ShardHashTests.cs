using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

/// <summary>The check values of the contract with the producers.</summary>
public sealed class ShardHashTests
{
    [Theory]
    [InlineData("job-0", 1)]
    [InlineData("abc-123", 2)]
    [InlineData("11111111-1111-1111-1111-111111111111", 3)]
    public void A_key_has_the_shard_that_the_producers_give_it(string key, int shard) => Assert.Equal(shard, ShardHash.ShardOf(key, 4));

    [Property]
    [Trait("row", "C7")]
    public bool A_key_always_has_one_shard_of_those_there_are(NonNull<string> key, PositiveInt shards) =>
        ShardHash.ShardOf(key.Get, shards.Get) is var shard && shard >= 0 && shard < shards.Get
        && shard == ShardHash.ShardOf(key.Get, shards.Get);

    [Fact]
    public void Many_keys_use_every_shard_and_every_lane()
    {
        string[] keys = [.. Enumerable.Range(0, 1000).Select(i => $"user-{i}")];
        Assert.Equal(4, keys.Select(k => ShardHash.ShardOf(k, 4)).Distinct().Count());
        Assert.Equal(16, keys.Where(k => ShardHash.ShardOf(k, 4) == 0).Select(k => ShardHash.LaneOf(k, 4, 16)).Distinct().Count());
    }

    [Theory]
    [InlineData("chat", 1, "events:chat")]
    [InlineData("chat", 4, "events:chat:1")]
    public void The_stream_of_a_key_is_named_after_the_domain_and_the_shard(string domain, int shards, string stream) =>
        Assert.Equal(stream, StreamLayout.KeyFor(domain, "job-0", shards));

    [Fact]
    public void A_split_domains_plain_stream_is_dealt_out_to_as_many_shards() =>
        Assert.Equal(
            ["events:chat", "events:chat#0", "events:chat:0", "events:chat#1", "events:chat:1"],
            StreamLayout.PartsOf("chat", 2).Select(s => s.Name));

    [Theory]
    [InlineData("events:chat", "chat")]
    [InlineData("events:chat:3", "chat")]
    [InlineData("event:chat", null)]
    public void A_stream_tells_its_domain(string stream, string? domain) => Assert.Equal(domain, StreamLayout.DomainOf(stream));
}
