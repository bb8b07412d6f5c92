using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hobom.Slices.Streams;

namespace Hobom.Slices.Tests.Streams.Rules;

public sealed class LaneBufferTests
{
    static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [Fact]
    public void A_lane_that_waits_holds_up_no_other()
    {
        var buffer = Filled((1, 0), (2, 0), (3, 1), (4, 0), (5, 1));
        var first = buffer.Next(Now, 2);
        buffer.Wait([.. first], Now.AddSeconds(1));
        Assert.Equal([3, 5], Ids(buffer.Next(Now, 10)));
        Assert.Empty(buffer.Next(Now, 10));
        Assert.Equal(Now.AddSeconds(1), buffer.NextDue);
        Assert.Equal([1, 2, 4], Ids(buffer.Next(Now.AddSeconds(1), 10)));
        Assert.Equal((0, null), (buffer.Count, buffer.NextDue));
    }

    [Fact]
    public void One_that_is_to_be_alone_leaves_alone()
    {
        var buffer = new LaneBuffer(100);
        buffer.Add(Held(1, 0));
        buffer.Add(Held(2, 0) with { Alone = true });
        buffer.Add(Held(3, 0));
        Assert.Equal([1], Ids(buffer.Next(Now, 10)));
        Assert.Equal([2], Ids(buffer.Next(Now, 10)));
        Assert.Equal([3], Ids(buffer.Next(Now, 10)));
    }

    /// <summary>
    /// Entries fail at random and come back, and a lane can have few of them in hand; each lane's are done in order, and all are.
    /// </summary>
    [Property]
    public Property Each_lane_is_done_in_order_whatever_fails_and_whatever_is_let_go_of() =>
        Prop.ForAll(
            (from lanes in Gen.Choose(0, 3).ListOf() from chances in Gen.Choose(0, 9)
                .ArrayOf(50) from most in Gen.Choose(1, 7) from limit in Gen.Choose(1, 4)
                    select (lanes, chances, most, limit)).ToArbitrary(),
            drawn =>
            {
                var buffer = new LaneBuffer(drawn.limit);
                var unread = new Queue<HeldEntry>(drawn.lanes.Select((lane, i) => Held((ulong)i, lane)));
                var released = new List<HeldEntry>();
                var done = new List<HeldEntry>();
                var (now, draw) = (Now, 0);
                while (!buffer.IsEmpty || unread.Count > 0)
                {
                    if (buffer.Drained is { } drained)
                    {
                        HeldEntry[] page =
                            [.. released.Where(e => e.Lane == drained.Lane && e.Entry.Id > drained.After).OrderBy(e => e.Entry.Id)
                                .Take(drawn.limit)];
                        released.RemoveAll(page.Contains);
                        buffer.Refill(drained.Lane, page, page.Length == 0 ? null : page[^1].Entry.Id);
                    }

                    for (var i = 0; i < drawn.most && unread.Count > 0; i++) buffer.Add(unread.Dequeue());
                    now = buffer.NextDue is { } due && due > now ? due : now;
                    foreach (var lane in buffer.Next(now, drawn.most).GroupBy(h => h.Lane))
                    {
                        var kept = lane.ToList();
                        while (kept.Count > 0 && (draw >= 200 || drawn.chances[draw++ % 50] > 3))
                        {
                            done.Add(kept[0]);
                            kept.RemoveAt(0);
                        }

                        if (kept.Count > 0) buffer.Wait([kept[0] with { Alone = true }, .. kept.Skip(1)],
                            now.AddSeconds(drawn.chances[draw % 50]));
                    }

                    released.AddRange(buffer.TakeReleased());
                }

                return done.Count == drawn.lanes.Count
                    && done.GroupBy(d => d.Lane).All(l => l.Select(e => e.Entry.Id).SequenceEqual(l.Select(e => e.Entry.Id).Order()));
            });

    [Fact]
    public void Of_a_lane_that_waits_so_many_are_in_hand_and_the_others_come_back_when_those_are_done()
    {
        var buffer = new LaneBuffer(2);
        for (var id = 1UL; id <= 5; id++) buffer.Add(Held(id, 0));
        buffer.Wait([.. buffer.Next(Now, 3)], Now.AddSeconds(1));
        Assert.Empty(buffer.Next(Now, 10));
        Assert.Equal([3, 4, 5], Ids(buffer.TakeReleased()));
        Assert.Empty(buffer.TakeReleased());
        Assert.Equal((2, null), (buffer.Count, buffer.Drained));
        Assert.Equal([1, 2], Ids(buffer.Next(Now.AddSeconds(1), 10)));
        Assert.Equal((0, new EntryId(2, 0)), buffer.Drained);
        Assert.False(buffer.IsEmpty);

        // Whatever comes for the lane meanwhile is behind them.
        buffer.Add(Held(6, 0));
        Assert.Empty(buffer.Next(Now.AddSeconds(1), 10));
        Assert.Equal([6], Ids(buffer.TakeReleased()));
        buffer.Refill(0, [Held(3, 0), Held(4, 0)], new EntryId(4, 0));
        Assert.Equal([3, 4], Ids(buffer.Next(Now.AddSeconds(1), 10)));
        buffer.Refill(0, [Held(5, 0), Held(6, 0)], null);
        Assert.Equal([5, 6], Ids(buffer.Next(Now.AddSeconds(1), 10)));
        Assert.True(buffer.IsEmpty);
    }

    static LaneBuffer Filled(params (ulong Id, int Lane)[] entries)
    {
        var buffer = new LaneBuffer(100);
        foreach (var (id, lane) in entries) buffer.Add(Held(id, lane));
        return buffer;
    }

    static HeldEntry Held(ulong id, int lane) => HeldEntry.Fresh(new StreamEntry("events:auth", new EntryId(id, 0), []), lane);

    static ulong[] Ids(IReadOnlyList<HeldEntry> entries) => [.. entries.Select(e => e.Entry.Id.Milliseconds)];
}
