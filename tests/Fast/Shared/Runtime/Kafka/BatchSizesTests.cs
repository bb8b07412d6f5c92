using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Runtime.Kafka;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Kafka;

public sealed class BatchSizesTests
{
    [Property]
    public void What_follows_a_refused_batch_is_smaller_and_within_the_limit_until_records_go_alone(PositiveInt limit, bool isKnown)
    {
        var sizes = new List<int> { BatchSizes.DefaultBytes };
        while (sizes[^1] != BatchSizes.Single) sizes.Add(BatchSizes.After(sizes[^1], isKnown ? limit.Get * 100 : null));

        Assert.Equal(sizes.OrderDescending(), sizes);
        Assert.InRange(sizes.Count, 2, 3);
        if (isKnown) Assert.All(sizes.Skip(1), s => Assert.InRange(s, 1, limit.Get * 100));
    }

    [Fact]
    public void What_was_learned_of_a_topic_is_its_own_and_forgotten_after_a_while()
    {
        var clock = new FakeTimeProvider();
        var sizes = new BatchSizes(BatchSizes.DefaultBytes, clock);
        sizes.NoteRefused("small", BatchSizes.DefaultBytes, 20_000);

        Assert.Equal((16_384, BatchSizes.DefaultBytes), (sizes.Of("small"), sizes.Of("other")));
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(BatchSizes.DefaultBytes, sizes.Of("small"));
    }
}
