using Hobom.Slices.Core;
using Hobom.Slices.Law;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class LawFlowTests
{
    readonly LawWorld world = new();

    [Fact]
    public void An_event_is_generated_kept_saved_and_then_marked()
    {
        world.AddRow("e1");
        var report = world.Visit(world.NewProcess());
        Assert.Equal(["generate", "save diff-e1", "SENT e1"], world.Log);
        Assert.Equal((1, 1, 0, null), (report.Found, report.Delivered, report.LeftPending, report.Problem));
        Assert.Equal("saved", world.ProgressOf("e1"));
        var kept = world.Redis.Single(r => r.Key.StartsWith("generated:", StringComparison.Ordinal));
        Assert.Equal($"generated:{world.Generated[0]}", kept.Key);
        Assert.Equal(TimeSpan.FromDays(7), kept.Value.Until - world.Clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromDays(30), world.Redis["progress:e1"].Until - world.Clock.GetUtcNow());
    }

    [Fact]
    public void A_refused_row_gets_its_letter_before_it_is_marked_FAILED_and_the_rest_goes_on()
    {
        world.AddRow("e1", payload: false);
        world.AddRow("e2");
        var report = world.Visit(world.NewProcess());
        Assert.Equal(["letter e1", "FAILED e1", "generate", "save diff-e2", "SENT e2"], world.Log);
        Assert.Equal((2, 1, 1, 0), (report.Found, report.Delivered, report.DeadLettered, report.LeftPending));
        Assert.Equal(("decide", FailureClass.Refused, ""), (world.LetterOf("e1").Stage, world.LetterOf("e1").Class, world.LetterOf("e1").Topic));
    }

    [Fact]
    public void Two_events_with_the_same_input_share_one_generation()
    {
        world.AddRow("e1", article: "1");
        world.AddRow("e2", article: "1");
        world.AddRow("e3", article: "2");
        world.Llm = (_, input, _) => world.AnswerAfterAsync(TimeSpan.FromSeconds(3), input);
        world.VisitUntilSettled(world.NewProcess());
        Assert.Equal(2, world.Generated.Count);
        Assert.Equal(["diff-e1", "diff-e2", "diff-e3"], world.SavedDiffs.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Without_Redis_nothing_is_generated()
    {
        world.AddRow("e1");
        world.RedisDown = true;
        var flow = world.NewProcess();
        var report = world.Visit(flow);
        Assert.Equal((1, "Redis: no connection"), (report.LeftPending, report.Problem));
        Assert.Empty(world.Log);

        world.RedisDown = false;
        world.WriteFails = name => name.StartsWith("calls:", StringComparison.Ordinal);
        world.Visit(flow);
        Assert.Empty(world.Log);
        Assert.Equal("PENDING", world.StatusOf("e1"));
    }

    [Fact]
    public void A_text_that_could_not_be_kept_is_neither_saved_nor_paid_for_twice()
    {
        world.AddRow("e1");
        world.WriteFails = name => name.StartsWith("generated:", StringComparison.Ordinal);
        var flow = world.NewProcess();
        world.Visit(flow);
        world.Visit(flow);
        Assert.Equal(["generate"], world.Log);

        world.WriteFails = _ => false;
        world.Visit(flow);
        Assert.Equal(["generate", "save diff-e1", "SENT e1"], world.Log);
    }

    [Theory]
    [InlineData("no protobuf at all")]
    [InlineData("")]
    public void Kept_bytes_that_are_no_study_material_are_generated_anew(string bytes)
    {
        var hash = LawDecisions.EventOf(world.AddRow("e1"), LawWorld.PayloadOf("diff-e1", "1")).InputHash;
        world.Redis[$"generated:{hash}"] = (System.Text.Encoding.UTF8.GetBytes(bytes), DateTimeOffset.MaxValue);
        world.Visit(world.NewProcess());
        Assert.Equal(["generate", "save diff-e1", "SENT e1"], world.Log);
    }

    [Fact]
    public void What_is_known_to_be_saved_is_only_marked_and_a_stale_letter_goes_first()
    {
        var id = world.AddRow("e1");
        world.MarkFault = _ => LawWorld.Unavailable;
        var flow = world.NewProcess();
        world.Visit(flow);
        var first = world.Visit(flow);
        Assert.Equal((0, 1), (first.Delivered, first.LeftPending));
        Assert.Contains("outbox: mark", first.Problem, StringComparison.Ordinal);

        world.MarkFault = _ => null;
        world.Put(StaleLetter(id));
        world.Log.Clear();
        var second = world.Visit(world.NewProcess());
        Assert.Equal(["drop e1", "SENT e1"], world.Log);
        Assert.Equal((1, 0), (second.MarkedLate, second.Delivered));
    }

    static DeadLetter StaleLetter(EventId id) => new(
        new DeadLetterKey(new Category("law"), id.Value), id, "LAW_CHANGED", default, "", id.Value, [], "generate",
        FailureClass.Transient, "r", [], DateTimeOffset.UnixEpoch);
}
