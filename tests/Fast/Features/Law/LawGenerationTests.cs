using Hobom.Slices.Core;
using Hobom.Slices.Protos.Llm;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class LawGenerationTests
{
    readonly LawWorld world = new();

    [Fact]
    public void RESOURCE_EXHAUSTED_and_hints_wait_without_using_up_an_attempt()
    {
        world.AddRow("e1");
        var answers = new Queue<CallFailure>(
        [
            new(CallFailureKind.ResourceExhausted, "quota"), LawWorld.Unavailable,
            new(CallFailureKind.ResourceExhausted, "quota", TimeSpan.FromSeconds(200)), LawWorld.Unavailable,
            new(CallFailureKind.Unavailable, "later", TimeSpan.FromSeconds(100)),
            new(CallFailureKind.ResourceExhausted, "quota"),
        ]);
        world.Llm = (_, input, _) => LawWorld.Answer(answers.TryDequeue(out var failure) ? failure : LawWorld.MaterialFor(input));
        var before = world.Clock.GetUtcNow();
        world.VisitUntilSettled(world.NewProcess());
        Assert.Equal(("SENT", 7), (world.StatusOf("e1"), world.Generated.Count));
        Assert.True(world.Clock.GetUtcNow() - before >= TimeSpan.FromSeconds(304));
    }

    [Fact]
    public void A_wish_beyond_ten_minutes_leaves_the_row_PENDING_and_the_LLM_alone_for_so_long()
    {
        world.AddRow("e1");
        world.Llm = (_, _, _) => LawWorld.Answer(new CallFailure(CallFailureKind.ResourceExhausted, "quota", TimeSpan.FromHours(1)));
        var flow = world.NewProcess();
        Assert.Contains("quota", world.Visit(flow).Problem, StringComparison.Ordinal);
        world.Visit(flow);
        world.Clock.Advance(TimeSpan.FromMinutes(59));
        world.Visit(flow);
        Assert.Single(world.Generated);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        world.Visit(flow);
        Assert.Equal(2, world.Generated.Count);
        Assert.Equal("PENDING", world.StatusOf("e1"));
        Assert.Empty(world.Letters);
    }

    [Theory]
    [InlineData(CallFailureKind.Unavailable)]
    [InlineData(CallFailureKind.Unauthenticated)]
    public void An_outage_of_the_LLM_makes_five_letters_and_then_asks_with_one_event_at_a_time(CallFailureKind kind)
    {
        for (var i = 0; i < 20; i++) world.AddRow($"e{i}", article: $"{i}");
        world.Llm = (_, _, _) => LawWorld.Answer(new CallFailure(kind, "gone"));
        var flow = world.NewProcess(concurrency: 2);
        world.Visit(flow);
        Assert.Equal(Circuit.LetterLimit, world.Letters.Count);
        Assert.True(flow.IsNeighbourAway);

        world.Generated.Clear();
        world.Llm = (_, _, stopping) => LawWorld.NeverAsync(stopping);
        OnOneThread.Run(() => { _ = flow.VisitAsync(default); });
        Assert.Single(world.Generated);
        Assert.Equal(Circuit.LetterLimit, world.Letters.Count);
    }

    [Fact]
    public void After_an_outage_the_rows_that_were_left_go_out()
    {
        for (var i = 0; i < 9; i++) world.AddRow($"e{i}", article: $"{i}");
        world.Llm = (_, _, _) => LawWorld.Answer(LawWorld.Unavailable);
        var flow = world.NewProcess(concurrency: 1);
        for (var i = 0; i < 5; i++) world.Visit(flow);
        world.Llm = (_, input, _) => LawWorld.Answer(LawWorld.MaterialFor(input));
        world.VisitUntilSettled(flow);
        Assert.Equal(9 - Circuit.LetterLimit, world.SavedDiffs.Count);
        Assert.False(flow.IsNeighbourAway);
    }

    [Fact]
    public void An_answer_with_nothing_to_learn_is_asked_again_once_and_never_kept()
    {
        world.AddRow("e1");
        world.Llm = (_, _, _) => LawWorld.Answer(new StudyMaterialResponse { Summary = "only this" });
        world.Visit(world.NewProcess());
        Assert.Equal(["generate", "generate", "letter e1", "FAILED e1"], world.Log);
        var letter = world.LetterOf("e1");
        Assert.Equal(
            ("generate", FailureClass.Permanent, "the generated study material has no quizzes"),
            (letter.Stage, letter.Class, letter.Reason));
        Assert.DoesNotContain(world.Redis.Keys, k => k.StartsWith("generated:", StringComparison.Ordinal));
    }

    [Fact]
    public void An_input_is_paid_for_three_times_in_24_hours_at_most_across_restarts()
    {
        world.AddRow("e1");
        world.Llm = (_, _, stopping) => LawWorld.NeverAsync(stopping);
        for (var i = 0; i < 3; i++) OnOneThread.Run(() => { _ = world.NewProcess().VisitAsync(default); });
        Assert.Equal(3, world.Generated.Count);

        world.Visit(world.NewProcess());
        Assert.Equal(3, world.Generated.Count);
        Assert.Equal(("generate", "GenerationLimit"), (world.LetterOf("e1").Stage, world.LetterOf("e1").Attempts[0].Code));
    }
}
