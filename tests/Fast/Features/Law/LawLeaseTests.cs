using Hobom.Slices.Core;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Law;

/// <summary>What a process does that lost the flow, or is about to give it back.</summary>
public sealed class LawLeaseTests
{
    readonly LawWorld world = new();
    readonly FlowLease lease = FakeLeases.Held();

    [Fact]
    public void Without_the_flow_nothing_is_generated()
    {
        world.AddRow("e1");
        Lose();
        Assert.Contains("not surely this process's", world.Visit(world.NewProcess(lease: lease)).Problem, StringComparison.Ordinal);
        Assert.Empty(world.Log);
        Assert.Equal("PENDING", world.StatusOf("e1"));
    }

    [Fact]
    public void What_was_generated_while_the_flow_was_lost_is_not_saved_and_leaves_no_note_that_a_save_began()
    {
        world.AddRow("e1");
        world.Llm = (_, input, _) =>
        {
            Lose();
            return Task.FromResult<Either<CallFailure, StudyMaterialResponse>>(LawWorld.MaterialFor(input));
        };
        world.Visit(world.NewProcess(lease: lease));
        Assert.Equal(["generate"], world.Log);
        Assert.Equal("PENDING", world.StatusOf("e1"));
        Assert.DoesNotContain(world.Redis.Keys, name => name.StartsWith("progress:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_generation_that_outlasts_its_visit_keeps_the_flow_until_it_has_ended()
    {
        world.AddRow("e1");
        world.Llm = (_, _, stopping) => LawWorld.NeverAsync(stopping);
        var flow = world.NewProcess(lease: lease);
        OnOneThread.Run(() =>
        {
            Assert.True(flow.VisitAsync(default).IsCompletedSuccessfully);
            var closing = lease.CloseAsync();
            Assert.False(closing.IsCompleted);
            Assert.True(flow.DrainAsync().IsCompletedSuccessfully);
            Assert.True(closing.IsCompletedSuccessfully);
        });
    }

    [Fact]
    public void What_the_outbox_said_before_the_flow_was_taken_is_forgotten()
    {
        world.AddRow("e1");
        var flow = world.NewProcess(lease: lease);
        world.Visit(flow);
        Assert.NotNull(flow.Pending.Has(new EventId("e1")));
        Lose();
        OnOneThread.Run(() => Assert.IsType<LeaseAnswer.Held>(lease.TryAcquireAsync().Ended()));
        Assert.Null(flow.Pending.Has(new EventId("e1")));
    }

    [Theory]
    [InlineData("generated", false)]
    [InlineData("saved", true)]
    public void How_far_an_event_came_is_forgotten_where_it_could_not_be_noted_unless_it_is_known_saved(string stage, bool kept)
    {
        world.AddRow("e1");
        world.Saver = (w, request) =>
        {
            world.WriteFails = name => name.StartsWith("progress:", StringComparison.Ordinal);
            return Task.FromResult(stage is "saved" ? w.Save(request) : LawWorld.Internal);
        };
        // Neither mark nor letter closes it: what the next visit knows is what this one remembers.
        world.MarkFault = _ => LawWorld.Deadline;
        var flow = world.NewProcess(lease: lease);
        world.Visit(flow);
        Lose();
        OnOneThread.Run(() => Assert.IsType<LeaseAnswer.Held>(lease.TryAcquireAsync().Ended()));
        world.WriteFails = _ => false;
        world.MarkFault = _ => null;
        world.Log.Clear();
        world.Visit(flow);
        Assert.Equal(kept ? "SENT" : "FAILED", world.StatusOf("e1"));
        Assert.Equal(!kept, world.Log.Contains("save diff-e1"));
        if (!kept) Assert.Equal(FailureClass.Unknown, world.LetterOf("e1").Class);
    }

    void Lose() => OnOneThread.Run(() => lease.Lose(lease.Holding!, "another has it"));
}
