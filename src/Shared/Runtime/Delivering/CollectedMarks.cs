using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Gathers the marks of one visit's rows for a moment and makes them by one call. Each row is told its own end; a call that fails for
/// good is the end of each of its rows.
/// </summary>
/// <param name="mark">No row twice; an answer for each, in their order. Tries again by itself what may pass.</param>
sealed class CollectedMarks(
    Func<IReadOnlyList<PageMark>, Task<Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>>>> mark, TimeProvider clock)
{
    /// <summary>Long enough for what Kafka acknowledges together.</summary>
    public static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(5);

    /// <summary>Marks of one call: what a database takes in one statement.</summary>
    public const int CallLimit = 512;

    readonly Lock gate = new();
    Batch? gathering;

    /// <summary>Two marks of one row go one after the other, in the order in which they came.</summary>
    public Task<Either<CallFailure, MarkOutcome>> MarkAsync(PageMark row)
    {
        Batch batch;
        Task<Either<CallFailure, MarkOutcome>>? before;
        TaskCompletionSource<Either<CallFailure, MarkOutcome>>? end = null;
        bool isFirst, isFull;
        lock (gate)
        {
            isFirst = gathering is null;
            batch = gathering ??= new Batch();
            before = batch.EndOf(row.Id);
            if (before is null) end = batch.Add(row);
            isFull = batch.Marks.Count == CallLimit;
            if (isFull) gathering = null;
        }

        if (isFull && end is not null) _ = SendAsync(batch);
        else if (isFirst) _ = SendLaterAsync(batch);
        return end?.Task ?? AfterAsync(before!, row);
    }

    async Task<Either<CallFailure, MarkOutcome>> AfterAsync(Task before, PageMark row)
    {
        await before;
        return await MarkAsync(row);
    }

    async Task SendLaterAsync(Batch batch)
    {
        await Delays.WaitAsync(GatherTime, clock, CancellationToken.None);
        lock (gate)
        {
            if (gathering != batch) return;
            gathering = null;
        }

        await SendAsync(batch);
    }

    async Task SendAsync(Batch batch) => batch.End(await CallAsync(batch.Marks));

    /// <summary>A call that throws is a bug, and must not keep those waiting who asked for it.</summary>
    async Task<Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>>> CallAsync(IReadOnlyList<PageMark> marks)
    {
        try
        {
            return await mark(marks);
        }
        catch (Exception bug)
        {
            return new CallFailure(CallFailureKind.Internal, $"internal error: {bug.GetType().Name}: {bug.Message}");
        }
    }

    sealed class Batch
    {
        readonly Dictionary<EventId, TaskCompletionSource<Either<CallFailure, MarkOutcome>>> ends = [];

        public List<PageMark> Marks { get; } = [];

        public Task<Either<CallFailure, MarkOutcome>>? EndOf(EventId id) => ends.GetValueOrDefault(id)?.Task;

        public TaskCompletionSource<Either<CallFailure, MarkOutcome>> Add(PageMark row)
        {
            Marks.Add(row);
            return ends[row.Id] = new TaskCompletionSource<Either<CallFailure, MarkOutcome>>();
        }

        public void End(Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>> answer)
        {
            var answered = answer.TryGetRight(out var each, out var failure);
            for (var at = 0; at < Marks.Count; at++) ends[Marks[at].Id].SetResult(answered ? each![at] : failure!);
        }
    }
}
