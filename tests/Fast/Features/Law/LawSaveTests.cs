using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class LawSaveTests
{
    readonly LawWorld world = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_save_whose_end_nobody_saw_and_that_is_then_refused_is_a_letter_outcome_unknown(bool crashed)
    {
        world.AddRow("e1");
        var never = new TaskCompletionSource<Either<CallFailure, Unit>>();
        world.Saver = (w, request) =>
        {
            w.Save(request);
            w.Saver = (_, again) => Task.FromResult(w.Save(again));
            return crashed ? never.Task : Task.FromResult<Either<CallFailure, Unit>>(LawWorld.Deadline);
        };
        if (crashed) OnOneThread.Run(() => { _ = world.NewProcess().VisitAsync(default); });
        world.Visit(world.NewProcess());

        var letter = world.LetterOf("e1");
        Assert.Equal(("save", FailureClass.Unknown), (letter.Stage, letter.Class));
        Assert.True(letter.Attempts[^1].MaybeWritten);
        Assert.Equal("FAILED", world.StatusOf("e1"));
        Assert.Equal(["generate", "save diff-e1", "save diff-e1", "letter e1", "FAILED e1"], world.Log);
        Assert.Equal("""{"diffId":"diff-e1","changes":[{"articleNo":"1","changeType":"MODIFIED","before":"전","after":"후"}]}""", System.Text.Encoding.UTF8.GetString(letter.Payload.Span));
        Assert.Equal([new("event-id", "e1"), new RecordHeader("event-type", "LAW_CHANGED")], letter.Headers);
    }

    [Fact]
    public void A_save_whose_end_nobody_saw_and_that_is_then_taken_is_saved()
    {
        world.AddRow("e1");
        world.Saver = (w, _) =>
        {
            w.Saver = (_, again) => Task.FromResult(w.Save(again));
            return Task.FromResult<Either<CallFailure, Unit>>(LawWorld.Deadline);
        };
        world.Visit(world.NewProcess());
        Assert.Equal(["generate", "save diff-e1", "save diff-e1", "SENT e1"], world.Log);
        Assert.Empty(world.Letters);
    }

    [Fact]
    public void A_first_save_refused_with_INTERNAL_is_tried_three_times_and_is_not_called_unknown()
    {
        world.AddRow("e1");
        world.SavedDiffs.Add("diff-e1");
        world.Visit(world.NewProcess());
        Assert.Equal(["generate", "save diff-e1", "save diff-e1", "save diff-e1", "letter e1", "FAILED e1"], world.Log);
        Assert.Equal((FailureClass.Transient, 3), (world.LetterOf("e1").Class, world.LetterOf("e1").Attempts.Count));
        Assert.DoesNotContain(world.LetterOf("e1").Attempts, a => a.MaybeWritten);
        Assert.Equal("generated", world.ProgressOf("e1"));
    }

    [Fact]
    public void A_doubtful_save_whose_text_is_no_longer_kept_is_not_paid_for_again()
    {
        world.AddRow("e1");
        world.Redis["progress:e1"] = ("1 save-begun 1700000000000"u8.ToArray(), DateTimeOffset.MaxValue);
        world.Visit(world.NewProcess());
        Assert.Equal(["letter e1", "FAILED e1"], world.Log);
        Assert.Equal(("save", FailureClass.Unknown), (world.LetterOf("e1").Stage, world.LetterOf("e1").Class));
    }
}
