using System.Text.Json;
using Hobom.Slices.Host.Explain;

namespace Hobom.Slices.Tests.Fast.Host.CommandLine;

public sealed class ExplainCommandTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    static readonly ExplainOutboxEvent.ExplainedFlow Flow = new(
        "messages", "menu", Whereabouts.Published, null, Noon, new ExplainOutboxEvent.PublishedPlace("hobom.messages", 3, 17, Noon), null, null, null,
        null, null, null, null, null, null, "not-pending", "the poll of noon", null, []);

    [Fact]
    public async Task A_published_event_is_two_lines_and_all_is_well()
    {
        using var processor = new StubProcessor((200, Json(Whereabouts.Published, Flow)));
        Assert.Equal(0, await processor.RunProgramAsync("", false, "explain", "a/b", "--category", "menu"));
        Assert.Equal(["GET /events/a%2Fb/explain?category=menu"], processor.Requests);
        Assert.Equal(
            """
            messages: published since 2026-03-05 12:00:00Z
              published: hobom.messages, partition 3, offset 17, at 2026-03-05 12:00:00Z
              row: not-pending, says the poll of noon

            """,
            processor.Output.ToString());
    }

    [Theory]
    [InlineData(Whereabouts.NotInOutbox)]
    [InlineData(Whereabouts.Unknown)]
    public async Task What_nobody_knows_ends_with_1(string state)
    {
        using var processor = new StubProcessor((200, Json(state, Flow with { State = state, Published = null, Since = null })));
        Assert.Equal(1, await processor.RunProgramAsync("", false, "explain", "e1"));
    }

    [Fact]
    public async Task A_hostile_error_cannot_steer_the_terminal()
    {
        var letter = new ExplainOutboxEvent.ExplainedLetter(
            "dlq:menu:\u001b[2J", "open", null, "boom\r\nroot# \u009b1m", Noon, null, null, Held: true, MaybeWritten: false);
        using var processor = new StubProcessor((200, Json(
            Whereabouts.DeadLetter, Flow with { WaitsFor = "\u001b[2J", Letter = letter, Problems = ["\u202e"] })));
        Assert.Equal(0, await processor.RunProgramAsync("", false, "explain", "e1"));
        Assert.Contains("held: boom\\u000d\\u000aroot#", processor.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(processor.Output.ToString(), c => c != '\n' && (char.IsControl(c) || c == '\u202e'));
    }

    static string Json(string state, params ExplainOutboxEvent.ExplainedFlow[] flows) =>
        JsonSerializer.Serialize(new ExplainOutboxEvent.OutboxEventExplanation("e1", Noon, state, flows, null), JsonSerializerOptions.Web);
}
