using Hobom.Slices.Sandbox.Rows;
using Hobom.Slices.Sandbox.Shop;
using Hobom.Slices.Sandbox.Watch;
using Spectre.Console;
using Spectre.Console.Testing;

namespace Hobom.Slices.Sandbox.Tests;

public sealed class ScreenTests
{
    private static readonly Reading s_earlier = At(seconds: 10, records: 20);

    [Fact]
    public void A_line_shows_rows_records_with_their_rate_and_dead_letters() =>
        Assert.Equal(
            "  12 s  pending 1  sent 2  failed 3 | hobom.messages 25 (2.5/s) | dead letters law 1, menu 2",
            Screen.Line(At(seconds: 12, records: 25), s_earlier));

    [Fact]
    public void Where_there_is_a_shop_its_events_are_shown() =>
        Assert.EndsWith(
            " | broker: 4 orders saved with EF Core, 3 handled; 2 notes of plain SQL handled; 5 webhooks",
            Screen.Line(At(seconds: 12, records: 25) with { Shop = new ShopSummary(4, 3, 2, 5) }, s_earlier), StringComparison.Ordinal);

    [Fact]
    public void A_neighbour_that_does_not_answer_is_said_to()
    {
        var page = Shown(new Reading(TimeSpan.Zero, null, null, null), earlier: null);

        Assert.Contains("the sandbox does not answer", page, StringComparison.Ordinal);
        Assert.Contains("the broker does not answer", page, StringComparison.Ordinal);
        Assert.Contains("Redis does not answer", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reason_cannot_move_the_cursor() =>
        Assert.DoesNotContain(Shown(At(seconds: 12, records: 25), s_earlier), c => c != '\n' && char.IsControl(c));

    [Fact]
    public void A_page_has_a_table_of_the_rows_and_one_of_the_topics()
    {
        var lines = Shown(At(seconds: 12, records: 25), s_earlier).Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Contains("MESSAGE 1 2 3 2.0", lines);
        Assert.Contains("hobom.messages 25 2.5", lines);
        Assert.Contains("note", lines);
    }

    private static string Shown(Reading now, Reading? earlier)
    {
        using var console = new TestConsole();
        console.Write(Screen.Page(now, earlier, "note"));
        return console.Output;
    }

    private static Reading At(int seconds, long records)
    {
        var counts = new EventCounts(EventTypes.Message, Pending: 1, Sent: 2, Failed: 3, SettledPerSecond: 2);
        var failure = new FailedRow(DateTimeOffset.UnixEpoch, EventTypes.Message, "a", "bad\e[2J\nreason");
        return new Reading(
            TimeSpan.FromSeconds(seconds),
            new SandboxSummary(7, Done: false, [counts], [failure], LlmCalls: 0, StudyMaterialsSaved: 0),
            new Dictionary<string, long> { ["hobom.messages"] = records },
            new Dictionary<string, long> { ["menu"] = 2, ["law"] = 1 });
    }
}
