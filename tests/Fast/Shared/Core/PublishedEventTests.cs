using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Shared.Core;

public sealed class PublishedEventTests
{
    static readonly EventId Id = new("e1");

    [Property]
    public void What_is_written_is_read(NonNegativeInt partition, NonNegativeInt offset, NonNegativeInt seconds, bool known)
    {
        var place = new PublishedEvent(
            Id, known ? new RecordPosition(partition.Get, offset.Get * 4_000_000_000L) : null, DateTimeOffset.FromUnixTimeSeconds(seconds.Get));
        Assert.Equal(place, PublishedEvent.Parse(Id, place.Format()));
    }

    [Theory]
    [InlineData("3 1234567 1764176400123", true)]
    [InlineData("- - 1764176400123", true)]
    [InlineData("3 - 1764176400123", false)]
    [InlineData("-1 5 1764176400123", false)]
    [InlineData("3 5 99999999999999999", false)]
    [InlineData("3 5 1764176400123 more", false)]
    [InlineData("", false)]
    public void Only_a_place_is_one(string text, bool isOne) => Assert.Equal(isOne, PublishedEvent.Parse(Id, text) is not null);
}
