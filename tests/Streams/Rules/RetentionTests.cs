using FsCheck.Xunit;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class RetentionTests
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_000_000);
    static readonly TimeSpan Age = TimeSpan.FromMilliseconds(100_000);

    [Fact]
    public void What_is_old_and_behind_every_group_goes() =>
        Assert.Equal(new EntryId(900_000, 0), Retention.FirstToKeep(Now, Age, [Group(950_000), Group(980_000)]));

    [Fact]
    public void D8_what_the_slowest_group_has_not_read_stays() =>
        Assert.Equal(new EntryId(300_000, 1), Retention.FirstToKeep(Now, Age, [Group(300_000), Group(980_000)]));

    [Fact]
    public void D8_what_a_group_has_not_acknowledged_stays() =>
        Assert.Equal(new EntryId(200_000, 3),
            Retention.FirstToKeep(Now, Age, [Group(950_000) with { FirstPending = new EntryId(200_000, 3) }]));

    [Fact]
    public void Nothing_goes_where_nobody_is_known_to_have_read() => Assert.Null(Retention.FirstToKeep(Now, Age, []));

    [Property]
    public bool D8_no_group_ever_misses_what_was_trimmed(uint[] delivered, uint age)
    {
        GroupPosition[] groups = [.. delivered.Select(d => Group(d))];
        return Retention.FirstToKeep(Now, TimeSpan.FromMilliseconds(age), groups) is not { } kept || groups.All(g => kept <= g.FirstNeeded);
    }

    [Theory]
    [InlineData(10L, 10L, 5L, "3-0", "9-0", 0L)]
    [InlineData(10L, 4L, 6L, "5-0", "4-0", 0L)]
    [InlineData(10L, 4L, 2L, "9-0", "4-0", 4L)]
    [InlineData(10L, 4L, 0L, null, "4-0", 6L)]
    [InlineData(10L, null, 2L, "9-0", "4-0", null)]
    public void N5_what_others_trimmed_unread_is_counted(long added, long? read, long length, string? first, string lastDelivered,
        long? lost) =>
        Assert.Equal(lost, Retention.LostUnread(added, read, length, EntryId.Parse(first), EntryId.Parse(lastDelivered)!.Value));

    static GroupPosition Group(ulong lastDelivered) => new("g", new EntryId(lastDelivered, 0), null);
}
