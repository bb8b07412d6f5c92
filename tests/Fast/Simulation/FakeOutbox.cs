using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Simulation;

enum RowStatus
{
    Pending,
    Sent,
    Failed,
}

sealed record SampleRow(string RowId, EventId? EventId, string? Payload, DateTimeOffset CreatedAt)
{
    public RowStatus Status { get; set; }

    /// <summary>Of the page that claimed it last.</summary>
    public FakePage? Page { get; set; }

    /// <summary>How often it was claimed.</summary>
    public int Claims { get; set; }

    public OutboxItem<string> Item => new(RowId, EventId, World.Route.EventType, Payload, CreatedAt, () => Encoding.UTF8.GetBytes($"{{\"row\":\"{RowId}\"}}"));
}

/// <summary>A backend with its table: marks go to every row of an event id, and the last one wins.</summary>
sealed class FakeOutbox(Turns turns, Weather weather, DeliveryLimits limits, FakeKafka kafka, FakeRedis redis, Violations violations)
{
    static readonly CallFailure Away = new(CallFailureKind.DeadlineExceeded, "no answer");

    int marksUnderWay;
    int pageMarksUnderWay;

    public List<SampleRow> Rows { get; } = [];

    public int CallsUnderWay { get; private set; }

    public int MarkCalls { get; private set; }

    public MarkPort Marks => new(id => MarkAsync(id, RowStatus.Sent), (id, _) => MarkAsync(id, RowStatus.Failed));

    /// <summary>0 where an answer is here at once; else so many rows of it arrive at a time.</summary>
    public int PartRows { get; set; }

    /// <summary>What is PENDING when it is asked. An answer that comes in parts may break off.</summary>
    public async IAsyncEnumerable<Either<CallFailure, FoundRows<OutboxItem<string>>>> FindPendingAsync()
    {
        var asked = await CallAsync<OutboxItem<string>[]>(
            weather.Outbox(), () => [.. Rows.Where(r => r.Status == RowStatus.Pending).Select(r => r.Item)]);
        if (!asked.TryGetRight(out var rows, out var failure))
        {
            yield return failure;
            yield break;
        }

        foreach (var part in PartRows == 0 ? [] : rows.Chunk(PartRows))
        {
            yield return new FoundRows<OutboxItem<string>>(part, RowsBeyond.ToFollow);
            if (!(await CallAsync(weather.Outbox(), () => Unit.Default)).TryGetRight(out _, out failure))
            {
                yield return failure;
                yield break;
            }
        }

        yield return new FoundRows<OutboxItem<string>>(PartRows == 0 ? rows : [], RowsBeyond.None);
    }

    public IEnumerable<SampleRow> Of(RowStatus status) => Rows.Where(r => r.Status == status);

    public void Crash() => (CallsUnderWay, marksUnderWay, pageMarksUnderWay) = (0, 0, 0);

    /// <summary>One call that marks rows of a page.</summary>
    public async Task<Either<CallFailure, T>> MarkPageAsync<T>(Func<T> apply)
    {
        MarkCalls++;
        violations.When(++pageMarksUnderWay > limits.OfPages.MarksAtOnce, "too many calls at once that mark rows of a page");
        var result = await CallAsync(weather.Mark(), apply);
        pageMarksUnderWay--;
        return result;
    }

    public MarkOutcome Mark(EventId id, RowStatus status)
    {
        if (status is RowStatus.Sent) violations.When(kafka.RecordsOf(id) == 0, $"{id} marked SENT without a record");
        else
        {
            violations.When(redis.Letters.Values.All(l => l.EventId != id), $"{id} marked FAILED without a letter");
            violations.When(Rows.Any(r => r.EventId == id && r.Status == RowStatus.Sent), $"{id} marked FAILED after SENT");
        }

        var rows = Rows.Where(r => r.EventId == id).ToArray();
        foreach (var row in rows) row.Status = status;
        return rows.Length > 0 ? MarkOutcome.Marked : MarkOutcome.NoSuchRow;
    }

    async Task<Either<CallFailure, MarkOutcome>> MarkAsync(EventId id, RowStatus status)
    {
        MarkCalls++;
        violations.When(++marksUnderWay > limits.MarksAtOnce, "too many marks at once");
        var result = await CallAsync(weather.Mark(), () => Mark(id, status));
        marksUnderWay--;
        return result;
    }

    public async Task<Either<CallFailure, T>> CallAsync<T>(Fate fate, Func<T> apply)
    {
        CallsUnderWay++;
        var result = await BesideAsync(fate, apply);
        CallsUnderWay--;
        return result;
    }

    /// <summary>Not waited for by a visit.</summary>
    public Task<Either<CallFailure, T>> BesideAsync<T>(Fate fate, Func<T> apply) => turns.CallAsync<Either<CallFailure, T>>(() =>
    {
        if (fate is Fate.NotDone) return Away;
        var answer = apply();
        return fate is Fate.Done ? answer : Away;
    });
}
