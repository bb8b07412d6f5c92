using Hobom.Slices.Core;
using Hobom.Slices.Law;
using Hobom.Slices.Protos.Llm;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Law;

public sealed class LawReplayTests
{
    readonly LawWorld world = new();

    [Fact]
    public void A_replay_generates_saves_marks_and_then_drops_the_letter()
    {
        var order = FailedAt(CallFailureKind.InvalidArgument);
        Assert.IsType<ReplayOutcome.Delivered>(Replay(order));
        Assert.Equal(["generate", "save diff-e1", "SENT e1", "drop e1"], world.Log);
    }

    [Fact]
    public void A_replay_begins_at_the_first_step_that_is_not_done()
    {
        world.AddRow("e1");
        world.Saver = (_, _) => Task.FromResult<Either<CallFailure, Unit>>(new CallFailure(CallFailureKind.InvalidArgument, "no"));
        Visit();
        world.Saver = (w, request) => Task.FromResult(w.Save(request));
        var order = OrderFor("e1");
        world.MarkFault = _ => new CallFailure(CallFailureKind.InvalidArgument, "no such thing");
        Assert.Contains("could not be marked SENT", Assert.IsType<ReplayOutcome.NotClosed>(Replay(order)).Reason, StringComparison.Ordinal);
        Assert.Equal(["save diff-e1"], world.Log);

        world.MarkFault = _ => null;
        world.Log.Clear();
        Assert.IsType<ReplayOutcome.Delivered>(Replay(order));
        Assert.Equal(["SENT e1", "drop e1"], world.Log);
    }

    [Fact]
    public void An_unknown_outcome_wants_a_confirmation_and_then_sends_the_kept_text_again()
    {
        world.AddRow("e1");
        world.Saver = (_, _) => Task.FromResult<Either<CallFailure, Unit>>(LawWorld.Deadline);
        Visit();
        Assert.Equal(FailureClass.Unknown, world.LetterOf("e1").Class);
        var order = OrderFor("e1");
        Assert.IsType<ReplayOutcome.OutcomeUnknown>(Replay(order));
        Assert.Empty(world.Log);

        world.Saver = (_, _) => Task.FromResult<Either<CallFailure, Unit>>(LawWorld.Internal);
        var refused = Assert.IsType<ReplayOutcome.NotPublished>(Replay(order with { Confirmation = Confirmation.SendAgain }));
        Assert.Equal(FailureClass.Unknown, refused.Failure.Class);
        world.Saver = (w, request) => Task.FromResult(w.Save(request));
        Assert.IsType<ReplayOutcome.Delivered>(Replay(order with { Confirmation = Confirmation.SendAgain }));
        Assert.Equal(["save diff-e1", "save diff-e1", "SENT e1", "drop e1"], world.Log);
    }

    [Fact]
    public void A_save_that_a_person_has_seen_is_closed_and_not_sent_again()
    {
        var failed = FailedAt(CallFailureKind.InvalidArgument);
        Assert.IsType<ReplayOutcome.NotInDoubt>(Replay(failed with { Confirmation = Confirmation.Delivered }));
        Assert.Empty(world.Log);

        world.Redis["progress:e1"] = ("1 save-begun 1700000000000"u8.ToArray(), DateTimeOffset.MaxValue);
        world.MarkFault = _ => LawWorld.Unavailable;
        Assert.IsType<ReplayOutcome.NotClosed>(Replay(failed with { Confirmation = Confirmation.Delivered }));
        world.MarkFault = _ => null;
        Assert.IsType<ReplayOutcome.Delivered>(Replay(failed));
        Assert.Equal(["SENT e1", "drop e1"], world.Log);
    }

    [Fact]
    public void A_confirmed_replay_pays_again_where_the_text_is_no_longer_kept_and_beyond_the_limit()
    {
        world.AddRow("e1");
        var hash = LawDecisions.EventOf(new EventId("e1"), LawWorld.PayloadOf("diff-e1", "1")).InputHash;
        world.Redis["progress:e1"] = ("1 save-begun 1700000000000"u8.ToArray(), DateTimeOffset.MaxValue);
        world.Redis[$"calls:{hash}"] =
            (System.Text.Encoding.UTF8.GetBytes(new GenerateCalls(3, world.Clock.GetUtcNow()).Format()), DateTimeOffset.MaxValue);
        Visit();
        Assert.IsType<ReplayOutcome.Delivered>(Replay(OrderFor("e1") with { Confirmation = Confirmation.SendAgain }));
        Assert.Equal(["generate", "save diff-e1", "SENT e1", "drop e1"], world.Log);
    }

    [Fact]
    public void A_replay_and_the_poll_do_not_have_an_event_or_its_input_in_hand_together()
    {
        var order = FailedAt(CallFailureKind.InvalidArgument);
        world.AddRow("e2");
        var release = new TaskCompletionSource<Either<CallFailure, StudyMaterialResponse>>();
        world.Llm = (_, _, _) => release.Task;
        var flow = world.NewProcess();
        OnOneThread.Run(() =>
        {
            _ = flow.VisitAsync(default);
            var busy = Assert.IsType<ReplayOutcome.Busy>(flow.ReplayAsync(order).GetAwaiter().GetResult());
            Assert.Equal("poll", busy.Holder.By);
            release.SetResult(LawWorld.MaterialFor(LawDecisions.EventOf(new EventId("e2"), LawWorld.PayloadOf("diff-e2", "1")).Input));
            Assert.IsType<ReplayOutcome.Delivered>(flow.ReplayAsync(order).GetAwaiter().GetResult());
        });
        Assert.Equal(["generate", "save diff-e2", "SENT e2", "save diff-e1", "SENT e1", "drop e1"], world.Log);
    }

    [Fact]
    public void A_replay_tries_each_step_once_and_says_why_it_failed()
    {
        var order = FailedAt(CallFailureKind.InvalidArgument);
        world.Llm = (_, _, _) => Task.FromResult<Either<CallFailure, StudyMaterialResponse>>(LawWorld.Unavailable);
        var failed = Assert.IsType<ReplayOutcome.NotPublished>(Replay(order));
        Assert.Equal(("Unavailable", "connection refused"), (failed.Failure.Code, failed.Failure.Message));
        Assert.Equal(["generate"], world.Log);

        world.RedisDown = true;
        Assert.IsType<ReplayOutcome.NotBegun>(Replay(order));
    }

    [Fact]
    public void Many_replays_at_once_generate_no_more_at_a_time_than_the_bound()
    {
        world.Llm = (_, _, _) => new TaskCompletionSource<Either<CallFailure, StudyMaterialResponse>>().Task;
        var flow = world.NewProcess(concurrency: 2);
        OnOneThread.Run(() =>
        {
            for (var i = 0; i < 5; i++)
            {
                var payload = LawPayloadText.Format(LawWorld.PayloadOf($"d{i}", $"{i}"));
                _ = flow.ReplayAsync(OrderOf($"e{i}", payload));
            }
        });
        Assert.Equal(2, world.Generated.Count);
    }

    [Fact]
    public void A_payload_that_is_no_law_change_is_not_replayed()
    {
        var order = FailedAt(CallFailureKind.InvalidArgument);
        var garbled = order with { Delivery = order.Delivery with { Value = "[]"u8.ToArray() } };
        Assert.IsType<PublishFailure.Permanent>(Assert.IsType<ReplayOutcome.NotPublished>(Replay(garbled)).Failure);
        var empty = order with { Delivery = order.Delivery with { Value = """{"diffId":"","changes":[]}"""u8.ToArray() } };
        Assert.IsType<PublishFailure.Permanent>(Assert.IsType<ReplayOutcome.NotPublished>(Replay(empty)).Failure);
        Assert.Empty(world.Log);
    }

    /// <summary>A letter of event e1 whose generation failed.</summary>
    ReplayOrder FailedAt(CallFailureKind kind)
    {
        world.AddRow("e1");
        world.Llm = (_, _, _) => Task.FromResult<Either<CallFailure, StudyMaterialResponse>>(new CallFailure(kind, "no"));
        Visit();
        world.Llm = (_, input, _) => Task.FromResult<Either<CallFailure, StudyMaterialResponse>>(LawWorld.MaterialFor(input));
        return OrderFor("e1");
    }

    ReplayOrder OrderFor(string id)
    {
        world.Log.Clear();
        return OrderOf(id, world.LetterOf(id).Payload);
    }

    static ReplayOrder OrderOf(string id, ReadOnlyMemory<byte> payload)
    {
        var carried = new CarriedEvent(new EventId(id), new DeadLetterKey(new Category("law"), id), () => payload);
        return new ReplayOrder(new Delivery("", id, payload, [], [carried]), "somebody", Confirmation.None);
    }

    void Visit() => world.Visit(world.NewProcess());

    ReplayOutcome Replay(ReplayOrder order) => world.Run(() => world.NewProcess().ReplayAsync(order));
}
