using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Law;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Law;

/// <summary>How far an event is, and what a person can do about one.</summary>
public sealed class LawEventTests
{
    static readonly EventId Id = new("e1");

    readonly LawWorld world = new();

    [Fact]
    public void An_event_is_pending_then_generated_then_in_doubt_then_closed_by_a_person()
    {
        Assert.Null(Look().State);
        world.AddRow("e1");
        Assert.Equal(LawEventState.Pending, Look().State);

        world.Saver = (_, _) => Task.FromResult<Either<CallFailure, Unit>>(LawWorld.Deadline);
        world.Visit(world.NewProcess());
        var inDoubt = Look();
        Assert.Equal((LawEventState.OutcomeUnknown, true, true, 1), (inDoubt.State, inDoubt.HasLetter, inDoubt.IsKept, inDoubt.Generations));

        world.Log.Clear();
        Assert.IsType<ReplayOutcome.Delivered>(Close());
        Assert.Equal(["SENT e1", "drop e1"], world.Log);
        Assert.Equal(LawEventState.Saved, Look().State);
    }

    [Fact]
    public void A_save_begun_by_a_process_that_died_is_closed_without_a_letter()
    {
        world.AddRow("e1");
        Assert.IsType<ReplayOutcome.NotInDoubt>(Close());
        Note("save-begun");
        world.MarkFault = _ => LawWorld.Unavailable;
        Assert.IsType<ReplayOutcome.NotClosed>(Close());
        world.MarkFault = _ => null;
        Assert.IsType<ReplayOutcome.Delivered>(Close());
        Assert.Equal("SENT", world.StatusOf("e1"));
        Assert.Empty(world.Generated);
    }

    [Fact]
    public void Made_again_forgets_the_kept_text_and_pays_for_another()
    {
        world.AddRow("e1");
        world.Saver = (_, _) => Task.FromResult<Either<CallFailure, Unit>>(new CallFailure(CallFailureKind.InvalidArgument, "no"));
        world.Visit(world.NewProcess());
        Assert.Equal(LawEventState.Letter, Look().State);
        world.Saver = (w, request) => Task.FromResult(w.Save(request));
        world.Log.Clear();
        Assert.IsType<ReplayOutcome.Delivered>(Regenerate(Confirmation.None));
        Assert.Equal(["generate", "save diff-e1", "SENT e1", "drop e1"], world.Log);
        Assert.Equal(2, world.Generated.Count);
    }

    [Fact]
    public void What_is_saved_is_not_made_again_and_what_may_be_only_when_a_person_says_so()
    {
        world.AddRow("e1");
        Note("saved");
        Assert.Contains("is saved", Assert.IsType<ReplayOutcome.NotClaimed>(Regenerate(Confirmation.SendAgain)).Reason, StringComparison.Ordinal);
        Note("save-begun");
        Assert.IsType<ReplayOutcome.OutcomeUnknown>(Regenerate(Confirmation.None));
        Assert.Empty(world.Generated);
        Assert.IsType<ReplayOutcome.Delivered>(Regenerate(Confirmation.SendAgain));
        Assert.Equal("SENT", world.StatusOf("e1"));
    }

    [Fact]
    public void Who_has_the_event_in_hand_is_told_and_nobody_else_may_touch_it()
    {
        world.AddRow("e1");
        world.Llm = (_, _, stopping) => LawWorld.NeverAsync(stopping);
        var flow = world.NewProcess();
        OnOneThread.Run(() =>
        {
            _ = flow.VisitAsync(default);
            var sight = flow.LookAsync(Id, default).GetAwaiter().GetResult().Match(s => s, _ => null!);
            Assert.Equal((LawEventState.Generating, "poll"), (sight.State, sight.Holder!.By));
            Assert.IsType<ReplayOutcome.Busy>(flow.CloseAsSavedAsync(Id, "anna").GetAwaiter().GetResult());
            Assert.IsType<ReplayOutcome.Busy>(flow.RegenerateAsync(sight.Law!, "anna", Confirmation.None).GetAwaiter().GetResult());
            flow.DrainAsync().GetAwaiter().GetResult();
        });
        Assert.Single(world.Generated);
    }

    [Fact]
    public void Without_Redis_nothing_is_told_and_nothing_done()
    {
        world.AddRow("e1");
        Note("save-begun");
        world.RedisDown = true;
        Assert.IsType<ReplayOutcome.NotBegun>(Close());
        Assert.True(world.Run(() => world.NewProcess().LookAsync(Id, default)).IsLeft);
        Assert.IsType<NoLawEvent.Away>(world.Run(() => world.NewProcess().FindAsync(Id, default)).Match(_ => null!, none => none));
    }

    LawEventSnapshot Look() => world.Run(() => world.NewProcess().LookAsync(Id, default)).Match(sight => sight, _ => null!);

    ReplayOutcome Close() => world.Run(() => world.NewProcess().CloseAsSavedAsync(Id, "anna"));

    ReplayOutcome Regenerate(Confirmation confirmation)
    {
        var flow = world.NewProcess();
        var law = world.Run(() => flow.FindAsync(Id, default)).Match(found => found, _ => null!);
        return world.Run(() => flow.RegenerateAsync(law, "anna", confirmation));
    }

    void Note(string stage) => world.Redis["progress:e1"] = (Encoding.UTF8.GetBytes($"1 {stage} 1700000000000"), DateTimeOffset.MaxValue);
}
