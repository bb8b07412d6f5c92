using System.Diagnostics;
using Hobom.Slices.Runtime.Leases;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;

/// <summary>Who may take a flow from whom.</summary>
public class LeaseRulesTests
{
    static readonly DateTimeOffset Since = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);
    static readonly ProcessIdentity Me = new("me", "host", 10, "boot", "pid:[1]", 1000);

    [Fact]
    public void What_nobody_has_may_be_taken() => Assert.Null(LeaseRules.BlockedReason(null, Me, _ => throw new InvalidOperationException()));

    [Theory]
    [InlineData("me", "host", "boot", "pid:[1]", false, true)] // taken by this very process, which did not hear of it
    [InlineData("x", "host", "boot", "pid:[1]", true, true)] // killed, on this machine and in this process table
    [InlineData("x", "host", "boot", "pid:[1]", false, false)] // alive
    [InlineData("x", "other", "boot", "pid:[1]", true, false)] // the same pid on another machine says nothing
    [InlineData("x", "host", "boot", "pid:[2]", true, false)] // nor in another container
    [InlineData("x", "host", "earlier", "pid:[1]", true, false)] // nor on another kernel of the same name
    [InlineData("x", "host", null, "pid:[1]", true, false)]
    [InlineData("x", "host", "boot", null, true, false)]
    public void From_another_it_may_be_taken_only_where_that_one_has_certainly_ended(
        string id, string host, string? boot, string? table, bool ended, bool free)
    {
        var holder = new LeaseHolder(1, new ProcessIdentity(id, host, 20, boot, table, 500), "token", Since);
        var blocked = LeaseRules.BlockedReason(holder.Format(), Me, asked => ended && asked.Pid == 20);
        Assert.Equal(free ? null : new LeaseAnswer.HeldByOther($"{host}, process 20", Since), blocked);
    }

    [Fact]
    public void Who_does_not_know_its_own_process_table_takes_nothing_from_another_like_it()
    {
        var blind = Me with { Boot = null, PidNamespace = null };
        var holder = LeaseHolder.New(blind with { Id = "x" }, Since);
        Assert.NotNull(LeaseRules.BlockedReason(holder.Format(), blind, _ => true));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"v":2,"process":{"id":"me","host":"h","pid":1,"boot":null,"pidNamespace":null,"started":null},"token":"t","since":"2026-03-05T12:00:00+00:00"}""")]
    [InlineData("""{"v":1,"token":"t","since":"2026-03-05T12:00:00+00:00"}""")]
    [InlineData("another's")]
    public void What_another_build_wrote_is_somebodys(string text) =>
        Assert.Equal(new LeaseAnswer.HeldByOther("a process of another build", null), LeaseRules.BlockedReason(text, Me, _ => true));

    [Fact]
    public void A_holder_is_read_back_as_it_was_written()
    {
        var holder = LeaseHolder.New(ProcessIdentity.OfThisProcess() with { Host = "줄\"\n" }, Since);
        Assert.Equal(holder, LeaseHolder.Parse(holder.Format()));
    }

    [Fact]
    public void A_living_process_has_not_ended_and_one_of_another_start_under_its_pid_has()
    {
        var me = ProcessIdentity.OfThisProcess();
        Assert.NotNull(me.Started);
        Assert.True(me.SharesProcessTableWith(ProcessIdentity.OfThisProcess()));
        Assert.False(ProcessIdentity.HasEnded(me));
        Assert.True(ProcessIdentity.HasEnded(me with { Started = me.Started - 1 }));
        Assert.False(ProcessIdentity.HasEnded(me with { Started = null }));
    }

    [Fact]
    public void A_process_that_is_no_more_has_ended()
    {
        using var child = Process.Start("sleep", ["60"]);
        var other = ProcessIdentity.OfThisProcess() with { Pid = child.Id, Started = null };
        Assert.False(ProcessIdentity.HasEnded(other));
        child.Kill();
        child.WaitForExit();
        Assert.True(ProcessIdentity.HasEnded(other));
    }
}
