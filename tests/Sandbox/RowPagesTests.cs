using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Sandbox.Rows;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Sandbox.Tests;

public sealed class RowPagesTests
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly OutboxTable _table;
    private readonly RowPages _pages;

    public RowPagesTests()
    {
        _table = new OutboxTable(_time);
        _pages = new RowPages(_table, _time);
        for (var i = 0; i < 5; i++)
            _table.Add($"e{i}", EventTypes.Message, new MessagePayload());
    }

    [Fact]
    public void Two_owners_never_have_the_same_row()
    {
        var first = Claim("a", limit: 3);
        var second = Claim("b");

        Assert.Equal(["e0", "e1", "e2"], Ids(first));
        Assert.Equal(["e3", "e4"], Ids(second));
        Assert.False(first.IsComplete || second.IsComplete);
        Assert.Empty(Claim("c").Rows);
    }

    [Fact]
    public void The_next_claim_of_an_owner_ends_its_last_and_what_that_left_comes_last()
    {
        var lost = Claim("a", limit: 2);
        var next = Claim("a");

        Assert.Equal(["e2", "e3", "e4", "e0", "e1"], Ids(next));
        Assert.True(next.IsComplete);
        Assert.Equal(PageMarkResult.Stale, _pages.Mark(lost.Token, "e0", error: null));
        Assert.Equal(PageMarkResult.Applied, _pages.Mark(next.Token, "e0", error: null));
    }

    [Fact]
    public void After_its_lease_a_page_may_mark_what_nobody_else_has_claimed()
    {
        var late = Claim("a", limit: 2);
        _time.Advance(s_lease);

        Assert.False(_pages.Renew(late.Token, s_lease));
        Assert.Equal(PageMarkResult.Applied, _pages.Mark(late.Token, "e0", error: null));
        Assert.Equal(["e2", "e3", "e4", "e1"], Ids(Claim("b")));
        Assert.Equal(PageMarkResult.Stale, _pages.Mark(late.Token, "e1", error: null));
    }

    [Fact]
    public void A_page_that_is_renewed_keeps_its_rows()
    {
        var page = Claim("a");
        for (var third = 0; third < 6; third++)
        {
            _time.Advance(s_lease / 3);
            Assert.True(_pages.Renew(page.Token, s_lease));
        }

        Assert.Empty(Claim("b").Rows);
    }

    [Fact]
    public void The_same_mark_again_says_so_and_SENT_is_final()
    {
        var page = Claim("a");

        Assert.Equal(PageMarkResult.Applied, _pages.Mark(page.Token, "e0", "why"));
        Assert.Equal(PageMarkResult.Already, _pages.Mark(page.Token, "e0", "why"));
        Assert.Equal(PageMarkResult.Applied, _pages.Mark(page.Token, "e0", error: null));
        Assert.Equal(PageMarkResult.Already, _pages.Mark(page.Token, "e0", error: null));
        Assert.Equal(PageMarkResult.Stale, _pages.Mark(page.Token, "e0", "why"));
        Assert.Equal(PageMarkResult.NoSuchRow, _pages.Mark(page.Token, "nobody", error: null));
    }

    [Fact]
    public void What_is_given_back_may_be_claimed_at_once_and_what_was_marked_otherwise_is_not()
    {
        var page = Claim("a");
        _table.Mark("e1", error: null);
        _pages.Release(page.Token);

        Assert.Equal(["e0", "e2", "e3", "e4"], Ids(Claim("b")));
    }

    [Fact]
    public void A_page_ends_before_its_bytes_are_too_many_and_has_one_row_whatever_its_size()
    {
        Assert.Equal(["e0", "e1"], Ids(_pages.Claim(EventTypes.Message, "a", 10, byteLimit: 25, s_lease, _ => 10)));
        Assert.Equal(["e2"], Ids(_pages.Claim(EventTypes.Message, "b", 10, byteLimit: 5, s_lease, _ => 10)));
    }

    private RowPage Claim(string owner, int limit = 100) =>
        _pages.Claim(EventTypes.Message, owner, limit, long.MaxValue, s_lease, _ => 1);

    private static IEnumerable<string> Ids(RowPage page) => page.Rows.Select(row => row.EventId);
}
