using FsCheck;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class CollectedMarksTests
{
    static readonly CallFailure Away = new(CallFailureKind.Unavailable, "away");
    static readonly CallFailure Stale = new(CallFailureKind.InvalidArgument, "stale");

    readonly FakeClock clock = new();
    readonly List<IReadOnlyList<PageMark>> calls = [];

    [Property(MaxTest = 200)]
    public void Each_row_is_told_its_own_end_whatever_the_calls_come_to(PositiveInt[] gaps, int seed) => OnOneThread.Run(() =>
    {
        calls.Clear();
        var chance = new Random(seed);
        var told = new List<(PageMark Row, Task<Either<CallFailure, MarkOutcome>> End)>();
        var expected = new Dictionary<PageMark, Either<CallFailure, MarkOutcome>>();
        var marks = new CollectedMarks(
            rows =>
            {
                calls.Add(rows);
                var failed = chance.Next(4) == 0;
                foreach (var row in rows) expected.Add(row, failed ? Away : EndOf(row));
                return Answer(failed ? Away : Right([.. rows.Select(EndOf)]));
            },
            clock);
        foreach (var gap in gaps)
        {
            for (var burst = gap.Get % 700; burst >= 0; burst--)
            {
                var row = new PageMark(new EventId($"e{told.Count}"), told.Count % 3 == 0 ? "why" : null);
                told.Add((row, marks.MarkAsync(row)));
            }

            clock.Advance(TimeSpan.FromMilliseconds(gap.Get % 7));
        }

        clock.Advance(CollectedMarks.GatherTime);
        Assert.All(told, t => Assert.Equal(expected[t.Row], t.End.Ended()));
        Assert.Equal(told.Count, calls.Sum(c => c.Count));
        Assert.All(calls, c => Assert.InRange(c.Count, 1, CollectedMarks.CallLimit));

        static Either<CallFailure, MarkOutcome> EndOf(PageMark row) =>
            row.Id.Value.EndsWith('7') ? Stale : row.Id.Value.EndsWith('8') ? MarkOutcome.NoSuchRow : MarkOutcome.Marked;
    });

    [Fact]
    public void What_comes_within_a_moment_goes_together_and_what_comes_after_it_goes_alone() => OnOneThread.Run(() =>
    {
        var marks = new CollectedMarks(Note, clock);
        _ = marks.MarkAsync(Sent("a"));
        clock.Advance(CollectedMarks.GatherTime - TimeSpan.FromMilliseconds(1));
        _ = marks.MarkAsync(Sent("b"));
        Assert.Empty(calls);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        _ = marks.MarkAsync(Sent("c"));
        clock.Advance(CollectedMarks.GatherTime);
        Assert.Equal(["a b", "c"], calls.Select(c => string.Join(' ', c.Select(m => m.Id))));
    });

    [Fact]
    public void A_full_call_does_not_wait() => OnOneThread.Run(() =>
    {
        var marks = new CollectedMarks(Note, clock);
        for (var row = 0; row <= CollectedMarks.CallLimit; row++) _ = marks.MarkAsync(Sent($"{row}"));
        Assert.Equal(CollectedMarks.CallLimit, Assert.Single(calls).Count);
        clock.Advance(CollectedMarks.GatherTime);
        Assert.Equal([CollectedMarks.CallLimit, 1], calls.Select(c => c.Count));
    });

    [Fact]
    public void Two_marks_of_one_row_go_one_after_the_other() => OnOneThread.Run(() =>
    {
        var marks = new CollectedMarks(Note, clock);
        _ = marks.MarkAsync(new PageMark(new EventId("a"), "why"));
        var second = marks.MarkAsync(Sent("a"));
        clock.Advance(CollectedMarks.GatherTime * 3);
        Assert.True(second.Ended().IsRight);
        Assert.Equal(["why", null], calls.Select(c => Assert.Single(c).Failed));
    });

    [Fact]
    public void A_bug_in_the_call_ends_the_wait_of_each_row() => OnOneThread.Run(() =>
    {
        var marks = new CollectedMarks(_ => throw new InvalidOperationException("a bug"), clock);
        var end = marks.MarkAsync(Sent("a"));
        clock.Advance(CollectedMarks.GatherTime);
        Assert.Equal(CallFailureKind.Internal, end.Ended().Match(_ => default, failure => failure.Kind));
    });

    static PageMark Sent(string id) => new(new EventId(id), null);

    Task<Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>>> Note(IReadOnlyList<PageMark> rows)
    {
        calls.Add(rows);
        return Answer(Right([.. rows.Select(_ => Either<CallFailure, MarkOutcome>.Right(MarkOutcome.Marked))]));
    }

    static Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>> Right(Either<CallFailure, MarkOutcome>[] ends) =>
        Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>>.Right(ends);

    static Task<Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>>> Answer(
        Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>> answer) => Task.FromResult(answer);
}
