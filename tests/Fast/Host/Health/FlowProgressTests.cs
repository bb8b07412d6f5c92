using Hobom.Slices.Core;
using Hobom.Slices.Host.Health;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Polling;

namespace Hobom.Slices.Tests.Fast.Host.Health;

public sealed class FlowProgressTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    static readonly PollerStatus Well = new(PollerState.Waiting, null, null, null, null, null, null, null, 0, 0, 0);

    [Fact]
    public void A_flow_that_moves_or_has_nothing_to_move_is_well() => Assert.Null(FaultOf(Well));

    [Fact]
    public void A_standstill_is_told_with_its_stage()
    {
        var still = Well with { Standstill = new Standstill(Noon.AddMinutes(-3), 5, VisitStage.Mark) };
        Assert.Equal("messages has rows to publish and has moved none since 2026-03-05 11:57:00Z: stage mark", FaultOf(still));
        Assert.Null(FaultOf(still with { Standstill = still.Standstill with { Since = Noon.AddMinutes(-2) } }));
        Assert.Null(FaultOf(still with { Pause = new PauseNote("anna", Noon) }));
        Assert.Null(FaultOf(still with { State = PollerState.Standby, StandBy = new LeaseAnswer.HeldByOther("another", null) }));
        Assert.Null(FaultOf(still with { State = PollerState.Stopped }));
    }

    /// <summary>Minutes before now.</summary>
    [Theory]
    [InlineData(3.0, null, true, true)]
    [InlineData(3.0, null, false, false)]
    [InlineData(1.0, null, true, false)]
    [InlineData(60.0, 1.0, true, false)]
    [InlineData(60.0, 3.0, true, true)]
    [InlineData(1.0, 90.0, true, false)]
    public void A_visit_that_closes_nothing_for_long_is_told_and_one_that_goes_on_is_not(
        double begun, double? settled, bool hasPending, bool told)
    {
        var visiting = Well with { State = PollerState.Visiting, VisitBegunAt = Noon.AddMinutes(-begun) };
        var fault = FlowProgress.Fault("logs", visiting, settled is { } s ? Noon.AddMinutes(-s) : null, hasPending, Limit, Noon);
        Assert.Equal(told, fault?.EndsWith(": a visit does not end", StringComparison.Ordinal) == true);
    }

    static string? FaultOf(PollerStatus status) => FlowProgress.Fault("messages", status, null, hasPending: true, Limit, Noon);
}
