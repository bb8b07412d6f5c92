using Hobom.Slices.Core;
using Hobom.Slices.Logs;
using Hobom.Slices.Protos.Outbox.Log;

namespace Hobom.Slices.Tests.Fast.Features.Logs;

public sealed class ForeignValueWarningsTests
{
    readonly LogLines lines = new();

    [Fact]
    public void A_value_that_waits_through_many_visits_is_told_once_and_another_is_news()
    {
        var warnings = new ForeignValueWarnings("HOBOM_LOG", lines);
        for (var visit = 0; visit < 50; visit++) warnings.Note(["level \"TRACE\"", "level \"TRACE\""]);
        Assert.Single(lines.Lines);
        warnings.Note(["level \"TRACE\"", "httpMethod \"HEAD\""]);
        Assert.Equal(2, lines.Lines.Count);
    }

    [Fact]
    public void Only_rows_that_travel_alone_hold_a_foreign_value() => Assert.Equal(
        ["httpMethod \"HEAD\""],
        LogDecisions.ForeignValues(
            ((OutboxItem<HoBomLogPayload>[])
            [
                LogRows.Row("1", LogRows.Log()), LogRows.Row("2", new HoBomLogPayload { Method = "HEAD", Level = "INFO", ServiceType = "HOBOM_SPACE" }),
                LogRows.Row("3", null), LogRows.Row("", new HoBomLogPayload { Method = "HEAD", Level = "INFO", ServiceType = "HOBOM_SPACE" }),
            ]).Select(row => LogRow.Of(row, LogFlow.Main.Route)).ToArray()));
}
