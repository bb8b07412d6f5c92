using Hobom.Slices.Core;
using Hobom.Slices.Protos.Llm;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class LawUnderWayTests
{
    readonly LawWorld world = new();

    [Fact]
    public void A_slow_generation_holds_up_neither_the_others_nor_rows_that_come_later()
    {
        world.AddRow("slow", article: "slow");
        for (var i = 0; i < 5; i++) world.AddRow($"e{i}", article: $"{i}");
        world.Llm = (_, input, _) => input.Changes[0].ArticleNo is "slow"
            ? world.AnswerAfterAsync(TimeSpan.FromSeconds(119), input)
            : world.AnswerAfterAsync(TimeSpan.FromSeconds(2), input);
        var flow = world.NewProcess();
        var first = world.Run(() => flow.VisitAsync(default));
        Assert.Equal((6, 2), (first.Found, first.LeftPending));
        world.AddRow("later", article: "later");
        world.VisitFor(flow, TimeSpan.FromSeconds(20));
        Assert.Equal(["slow"], world.Rows.Where(r => r.Value.Status is "PENDING").Select(r => r.Key.Value));
        var reports = world.VisitUntilSettled(flow);
        Assert.Equal(1, reports.Sum(r => r.Delivered));
        Assert.Equal(7, world.Generated.Count);
    }

    [Fact]
    public void No_more_generations_run_at_once_than_the_bound()
    {
        var (now, most) = (0, 0);
        for (var i = 0; i < 12; i++) world.AddRow($"e{i}", article: $"{i}");
        world.Llm = async (_, input, _) =>
        {
            most = Math.Max(most, ++now);
            var answer = await world.AnswerAfterAsync(TimeSpan.FromSeconds(5), input);
            now--;
            return answer;
        };
        world.VisitUntilSettled(world.NewProcess(concurrency: 3));
        Assert.Equal((3, 12), (most, world.SavedDiffs.Count));
    }

    [Fact]
    public void Stopping_ends_a_generation_and_leaves_its_row_PENDING()
    {
        world.AddRow("e1");
        world.Llm = (_, _, stopping) => LawWorld.NeverAsync(stopping);
        var flow = world.NewProcess();
        OnOneThread.Run(() =>
        {
            Assert.True(flow.VisitAsync(default).IsCompletedSuccessfully);
            Assert.True(flow.DrainAsync().IsCompletedSuccessfully);
        });
        Assert.Equal(["generate"], world.Log);
        Assert.Equal("PENDING", world.StatusOf("e1"));
    }

    [Fact]
    public void Stopping_lets_a_save_that_was_begun_and_its_mark_finish()
    {
        world.AddRow("e1");
        var saving = new TaskCompletionSource<Either<CallFailure, Unit>>();
        world.Saver = (_, _) => saving.Task;
        var flow = world.NewProcess();
        OnOneThread.Run(() =>
        {
            Assert.True(flow.VisitAsync(default).IsCompletedSuccessfully);
            var drained = flow.DrainAsync();
            Assert.False(drained.IsCompleted);
            saving.SetResult(Unit.Default);
            Assert.True(drained.IsCompletedSuccessfully);
        });
        Assert.Equal(["generate", "save diff-e1", "SENT e1"], world.Log);
    }

    [Fact]
    public void A_row_read_before_its_event_ended_is_not_run_again()
    {
        world.AddRow("e1");
        var release = new TaskCompletionSource<Either<CallFailure, StudyMaterialResponse>>();
        world.Llm = (_, _, _) => release.Task;
        var flow = world.NewProcess();
        OnOneThread.Run(() =>
        {
            _ = flow.VisitAsync(default);
            world.BeforeFindAnswers = () => release.SetResult(new CallFailure(CallFailureKind.InvalidArgument, "no"));
            _ = flow.VisitAsync(default);
        });
        Assert.Equal(["generate", "letter e1", "FAILED e1"], world.Log);
    }
}
