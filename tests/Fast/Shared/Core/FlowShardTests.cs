using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

public class FlowShardTests
{
    static readonly Category Menu = new("menu");

    /// <summary>Made with another program: other builds, and the one before this, must come to the same.</summary>
    [Theory]
    [InlineData("a", 0, 1, 2, 10)]
    [InlineData("0192f0c1", 0, 0, 2, 26)]
    [InlineData("order:42/é", 0, 0, 2, 10)]
    [InlineData("이벤트-7", 0, 0, 0, 24)]
    public void An_events_shard_is_fixed_for_good(string id, int of2, int of3, int of8, int of64) => Assert.Equal(
        [0, of2, of3, of8, of64], new[] { 1, 2, 3, 8, 64 }.Select(n => new ShardCount(n).Of(new EventId(id))));

    [Property]
    public void Each_event_is_in_exactly_one_shard_and_its_letter_in_the_same(string text, byte chosen)
    {
        var count = new ShardCount((chosen % ShardCount.Most) + 1);
        var id = new EventId($"e{text}");
        Assert.Single(Enumerable.Range(0, count.Value), n => new FlowShard(Menu, n, count).Has(id));
        Assert.Equal(count.Of(id), count.Of(new DeadLetterKey(Menu, id.Value)));
    }

    [Fact]
    public void Ids_are_spread_evenly()
    {
        var count = new ShardCount(8);
        var sizes = Enumerable.Range(0, 80_000).GroupBy(n => count.Of(new EventId($"e-{n}"))).Select(g => g.Count()).ToList();
        Assert.Equal(8, sizes.Count);
        Assert.All(sizes, size => Assert.InRange(size, 9_600, 10_400));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(2000)]
    public void A_row_that_no_key_can_name_belongs_to_the_first_and_so_does_its_letter(int? length)
    {
        var count = new ShardCount(64);
        for (var n = 0; n < 20; n++)
        {
            EventId? id = length is { } long_ ? new EventId($"{n}{new string('x', long_)}") : null;
            var item = new OutboxItem<string>($"r{n}", id, "SAMPLE", "payload", null, () => new byte[] { 1 });
            var letter = Refusal.Of(item, Menu, "why").LetterKey;
            Assert.Equal((0, 0), (count.Of(id), count.Of(letter)));
        }
    }

    [Fact]
    public void A_shard_is_named_for_people_and_a_whole_flow_as_ever() => Assert.Equal(
        ("menu", "menu, shard 3 of 8"), (FlowShard.Whole(Menu).ToString(), new FlowShard(Menu, 3, new ShardCount(8)).ToString()));
}
