using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Leases;

/// <summary>What only the holder may do is not begun where the lease may end before it.</summary>
public class LeasedPortsTests
{
    static readonly EventId Id = new("a");
    static readonly DeadLetterKey Key = new(new Category("sample"), "a");

    readonly FakeTimeProvider clock = new();
    readonly FakeLeases kept;
    readonly FlowLease lease;
    readonly List<string> done = [];

    public LeasedPortsTests()
    {
        kept = new FakeLeases(clock);
        lease = kept.NewLease();
        OnOneThread.Run(() => Assert.IsType<LeaseAnswer.Held>(lease.TryAcquireAsync().Ended()));
        kept.Away = true;
    }

    [Fact]
    public void A_publish_may_last_six_seconds_and_begins_only_with_more_than_that_left() => OnOneThread.Run(() =>
    {
        PublishIf publish = (_, _, guard) => Task.FromResult<Either<PublishFailure, RecordPosition>>(
            guard() is { } blocked ? blocked : new RecordPosition(0, 0));
        var delivery = new Delivery("t", "k", new byte[1], [], [new CarriedEvent(Id, Key, new byte[1])]);
        clock.Advance(TimeSpan.FromSeconds(22.9));
        Assert.True(publish.Under(FlowLeases.Whole(lease))(delivery, false).Ended().IsRight);
        clock.Advance(TimeSpan.FromSeconds(0.2));
        var refused = publish.Under(FlowLeases.Whole(lease))(delivery, false).Ended().Match(_ => null!, failure => failure);
        Assert.Equal(LeasedPorts.NotHeldCode, Assert.IsType<PublishFailure.Stopping>(refused).Code);
    });

    [Fact]
    public void A_row_is_marked_FAILED_and_a_letter_stored_only_with_more_than_five_seconds_left_and_SENT_is_said_at_any_time() => OnOneThread.Run(() =>
    {
        var marks = new MarkPort(_ => Do("sent", MarkOutcome.Marked), (_, _) => Do("failed", MarkOutcome.Marked)).Under(FlowLeases.Whole(lease));
        var letters = new LetterPort(
            _ => Store("save"), _ => throw new InvalidOperationException(), _ => Store("drop"), _ => Store("note")).Under(FlowLeases.Whole(lease));
        var letter = DeadLetter.Of(new Refusal(Id, Key, new byte[1], "why"), "SAMPLE", "t", clock.GetUtcNow());
        All();
        Assert.Equal(["sent", "failed", "save", "drop"], done);
        done.Clear();
        clock.Advance(TimeSpan.FromSeconds(24.1));
        All();
        Assert.Equal(["sent", "drop"], done);

        void All()
        {
            marks.Sent(Id).Ended();
            marks.Failed(Id, "why").Ended();
            letters.Save(letter).Ended();
            letters.Drop(Key).Ended();
        }
    });

    Task<Either<CallFailure, T>> Do<T>(string what, T answer)
    {
        done.Add(what);
        return Task.FromResult<Either<CallFailure, T>>(answer);
    }

    Task<Either<StoreFailure, Unit>> Store(string what)
    {
        done.Add(what);
        return Task.FromResult<Either<StoreFailure, Unit>>(Unit.Default);
    }
}
