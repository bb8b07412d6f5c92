using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class LedgerWriterTests
{
    readonly List<TaskCompletionSource<Either<StoreFailure, Unit>>> answers = [];
    readonly List<string> batches = [];

    [Fact]
    public void What_comes_while_a_batch_is_under_way_makes_up_the_next_one() =>
        OnOneThread.Run(() =>
        {
            var writer = new LedgerWriter(WriteAsync);
            var first = Write(writer, Change("a", 1));
            var second = Write(writer, Change("b", 1));
            var third = Write(writer, Change("a", 2), Change("c", 1));
            Assert.Equal(["a1"], batches);
            Answer(Unit.Default);
            Assert.Equal(["a1", "a2 b1 c1"], batches);
            Assert.True(first.IsCompleted && !second.IsCompleted && !third.IsCompleted);
            Answer(Unit.Default);
            Assert.True(second.Ended().IsRight && third.Ended().IsRight);
        });

    [Fact]
    public void A_failed_batch_goes_again_with_the_next_and_what_is_newer_wins() =>
        OnOneThread.Run(() =>
        {
            var writer = new LedgerWriter(WriteAsync);
            var failed = Write(writer, Change("a", 1), Change("b", 1));
            Answer(new StoreFailure("away"));
            Assert.True(failed.Ended().IsLeft);
            var next = Write(writer, Change("b", 2));
            Assert.Equal(["a1 b1", "a1 b2"], batches);
            Answer(Unit.Default);
            Assert.True(next.Ended().IsRight);
        });

    [Fact]
    public void A_failed_batch_does_not_overwrite_what_came_while_it_was_under_way() =>
        OnOneThread.Run(() =>
        {
            var writer = new LedgerWriter(WriteAsync);
            _ = Write(writer, Change("a", 1));
            _ = Write(writer, Change("a", 2));
            Answer(new StoreFailure("away"));
            Assert.Equal(["a1", "a2"], batches);
        });

    [Fact]
    public void A_flush_completes_with_all_before_it_and_retries_what_failed() =>
        OnOneThread.Run(() =>
        {
            var writer = new LedgerWriter(WriteAsync);
            Assert.True(writer.WriteAll().Ended().IsRight);
            _ = Write(writer, Change("a", 1));
            var flush = writer.WriteAll();
            Answer(new StoreFailure("away"));
            Assert.False(flush.IsCompleted);
            Assert.Equal(["a1", "a1"], batches);
            Answer(Unit.Default);
            Assert.True(flush.Ended().IsRight);
        });

    /// <summary>Whatever order answers and changes come in, and whichever batches fail, the copy ends as the last changes say.</summary>
    [Property(MaxTest = 300)]
    public void In_the_end_the_lasting_copy_holds_the_last_change_of_each_event(int seed) =>
        OnOneThread.Run(() =>
        {
            var chance = new Random(seed);
            var copy = new Dictionary<EventId, LedgerEntry>();
            var last = new Dictionary<EventId, LedgerEntry?>();
            var writer = new LedgerWriter(async changes =>
            {
                var answer = await WriteAsync(changes);
                // A failure may have been applied.
                if (answer.IsLeft && chance.Next(2) == 0) return answer;
                foreach (var (id, entry) in changes)
                {
                    if (entry is null) copy.Remove(id);
                    else copy[id] = entry;
                }

                return answer;
            });
            for (var step = 0; step < 40; step++)
            {
                var change = Change($"{(char)('a' + chance.Next(4))}", chance.Next(3) == 0 ? null : step);
                if (chance.Next(2) == 0)
                {
                    last[change.Key] = change.Value;
                    _ = Write(writer, change);
                }
                else if (answers.Count > 0) Answer(chance.Next(3) == 0 ? new StoreFailure("away") : Unit.Default);
            }

            var flush = writer.WriteAll();
            while (answers.Count > 0) Answer(Unit.Default);
            Assert.True(flush.IsCompleted);
            Assert.Equal(
                last.Where(l => l.Value is not null).OrderBy(l => l.Key.Value).Select(l => (l.Key, l.Value!)),
                copy.OrderBy(c => c.Key.Value).Select(c => (c.Key, c.Value)));
        });

    [Fact]
    public void What_is_only_noted_goes_along_with_the_next_batch() =>
        OnOneThread.Run(() =>
        {
            var writer = new LedgerWriter(WriteAsync);
            var first = Write(writer, Change("a", 1));
            writer.Note(new EventId("a"), null);
            Assert.Equal(1, writer.Waiting);
            Answer(Unit.Default);
            Assert.True(first.Ended().IsRight);
            Assert.Equal(["a1"], batches);
            _ = Write(writer, Change("b", 1));
            Assert.Equal((0, "a b1"), (writer.Waiting, batches[1]));
        });

    static Task<Either<StoreFailure, Unit>> Write(LedgerWriter writer, params KeyValuePair<EventId, LedgerEntry?>[] changes)
    {
        foreach (var (id, entry) in changes) writer.Note(id, entry);
        return writer.WriteAll();
    }

    Task<Either<StoreFailure, Unit>> WriteAsync(IReadOnlyDictionary<EventId, LedgerEntry?> changes)
    {
        batches.Add(string.Join(' ', changes.Select(c => $"{c.Key}{c.Value?.Unknowns}").Order(StringComparer.Ordinal)));
        answers.Add(new TaskCompletionSource<Either<StoreFailure, Unit>>());
        return answers[^1].Task;
    }

    void Answer(Either<StoreFailure, Unit> answer)
    {
        var oldest = answers[0];
        answers.RemoveAt(0);
        oldest.SetResult(answer);
    }

    static KeyValuePair<EventId, LedgerEntry?> Change(string id, int? number) =>
        new(new EventId(id), number is { } n ? new LedgerEntry(LedgerState.Begun, DateTimeOffset.UnixEpoch, n) : null);
}
