using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>The reports of the visits of one process's life, added up: what its counts must say between two visits.</summary>
readonly record struct VisitSums(long Polled, long Published, long DeadLettered, long LeftPending)
{
    public VisitSums Plus(VisitReport report) => new(
        Polled + report.Found, Published + report.Delivered + report.MarkedLate, DeadLettered + report.DeadLettered,
        LeftPending + report.LeftPending);

    public static VisitSums Of(RowCounts rows) => new(rows.Polled, rows.Published, rows.Dead + rows.Refused, rows.LeftPending);
}
