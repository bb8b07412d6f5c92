using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class MarkCircuitBreakerTests
{
    static readonly CallFailure Busy = new(CallFailureKind.Unavailable, "busy");
    static readonly CallFailure NoKey = new(CallFailureKind.Unauthenticated, "no key");

    readonly FakeClock clock = new();
    readonly List<DateTimeOffset> calls = [];
    readonly Queue<Either<CallFailure, MarkOutcome>> answers = [];

    [Fact]
    public void A_failure_that_may_pass_is_tried_again_after_200_ms_and_400_ms() =>
        OnOneThread.Run(() =>
        {
            Prepare(Busy, Busy, MarkOutcome.Marked);
            var marking = Gate().MarkAsync(Call, CancellationToken.None);
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(marking.Ended().IsRight);
            Assert.Equal([0, 200, 600], calls.Select(at => (at - calls[0]).TotalMilliseconds));
        });

    [Fact]
    public void Three_failures_are_enough() =>
        OnOneThread.Run(() =>
        {
            Prepare(Busy, Busy, Busy, MarkOutcome.Marked);
            var marking = Gate(failuresInARow: 10).MarkAsync(Call, CancellationToken.None);
            clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal((3, true), (calls.Count, marking.Ended().IsLeft));
        });

    [Fact]
    public void What_will_not_pass_is_tried_once()
    {
        Prepare(NoKey, MarkOutcome.Marked);
        Assert.True(Gate().MarkAsync(Call, CancellationToken.None).Ended().IsLeft);
        Assert.Single(calls);
    }

    [Fact]
    public void The_backends_own_wish_for_a_wait_is_followed_up_to_the_limit() =>
        OnOneThread.Run(() =>
        {
            Prepare(Busy with { RetryAfter = TimeSpan.FromSeconds(3) }, Busy with { RetryAfter = TimeSpan.FromMinutes(3) });
            var marking = Gate().MarkAsync(Call, CancellationToken.None);
            clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Single(calls);
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal((2, true), (calls.Count, marking.IsCompleted));
        });

    [Fact]
    public void Told_to_stop_it_marks_once_and_does_not_wait()
    {
        Prepare(Busy, MarkOutcome.Marked);
        Assert.True(Gate().MarkAsync(Call, new CancellationToken(canceled: true)).Ended().IsLeft);
        Assert.Single(calls);
    }

    [Fact]
    public void Told_to_stop_while_it_waits_it_leaves_the_mark_to_a_later_visit() =>
        OnOneThread.Run(() =>
        {
            Prepare(Busy, MarkOutcome.Marked);
            using var stop = new CancellationTokenSource();
            var marking = Gate().MarkAsync(Call, stop.Token);
            clock.Advance(TimeSpan.FromMilliseconds(100));
            stop.Cancel();
            Assert.True(marking.Ended().IsLeft);
            Assert.Single(calls);
        });

    [Fact]
    public void After_too_many_failures_in_a_row_the_backend_is_not_called_until_it_gets_another_chance()
    {
        Prepare(NoKey, NoKey, NoKey, MarkOutcome.Marked);
        var gate = Gate();
        for (var i = 0; i < 5; i++) Assert.True(gate.MarkAsync(Call, CancellationToken.None).Ended().IsLeft);
        Assert.Equal((3, true), (calls.Count, gate.IsShut));
        gate.Reopen();
        Assert.True(gate.MarkAsync(Call, CancellationToken.None).Ended().IsRight);
    }

    [Fact]
    public void A_mark_that_works_starts_the_count_anew()
    {
        Prepare(NoKey, NoKey, MarkOutcome.NoSuchRow, NoKey, NoKey);
        var gate = Gate();
        for (var i = 0; i < 5; i++) _ = gate.MarkAsync(Call, CancellationToken.None).Ended();
        Assert.Equal((5, false), (calls.Count, gate.IsShut));
    }

    MarkCircuitBreaker Gate(int failuresInARow = 3) => new(
        RetryPolicy.Contract, DeliveryLimits.Default with { MarkFailuresInARow = failuresInARow }, clock, () => 0);

    void Prepare(params Either<CallFailure, MarkOutcome>[] prepared)
    {
        foreach (var answer in prepared) answers.Enqueue(answer);
    }

    Task<Either<CallFailure, MarkOutcome>> Call()
    {
        calls.Add(clock.GetUtcNow());
        return Task.FromResult(answers.Dequeue());
    }
}
