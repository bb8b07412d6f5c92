using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class VisitReportTests
{
    [Property]
    public void The_cadence_counts_the_rows_that_left_pending_whatever_became_of_them(
        NonNegativeInt delivered, NonNegativeInt markedLate, NonNegativeInt dead, NonNegativeInt left, bool down)
    {
        var settled = delivered.Get + markedLate.Get + dead.Get;
        var report = new VisitReport(
            settled + left.Get, delivered.Get, markedLate.Get, dead.Get, left.Get, down ? "Redis: away" : null, null);
        Assert.Equal(new VisitResult(settled + left.Get, settled, down), report.ForCadence());
    }

    [Fact]
    public void An_outbox_that_cannot_be_asked_is_a_neighbour_down()
    {
        var report = VisitReport.Failed(new CallFailure(CallFailureKind.Unavailable, "no route"));
        Assert.Equal("outbox: Unavailable: no route", report.Problem);
        Assert.Equal(new VisitResult(0, 0, NeighbourDown: true), report.ForCadence());
    }
}
