using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
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

    public OutboxItem<string> Item => new(RowId, EventId, World.Route.EventType, Payload, CreatedAt, () => Encoding.UTF8.GetBytes($"{{\"row\":\"{RowId}\"}}"));
}

/// <summary>A backend with its table: marks go to every row of an event id, and the last one wins.</summary>
sealed class FakeOutbox(Turns turns, Weather weather, DeliveryLimits limits, FakeKafka kafka, FakeRedis redis, Violations violations)
{
    static readonly CallFailure Away = new(CallFailureKind.DeadlineExceeded, "no answer");

    int marksUnderWay;

    public List<SampleRow> Rows { get; } = [];

    public int CallsUnderWay { get; private set; }

    public int MarkCalls { get; private set; }

    public MarkPort Marks => new(
        id => MarkAsync(id, RowStatus.Sent, () => violations.When(kafka.RecordsOf(id) == 0, $"{id} marked SENT without a record")),
        (id, _) => MarkAsync(id, RowStatus.Failed, () =>
        {
            violations.When(redis.Letters.Values.All(l => l.EventId != id), $"{id} marked FAILED without a letter");
            violations.When(Rows.Any(r => r.EventId == id && r.Status == RowStatus.Sent), $"{id} marked FAILED after SENT");
        }));

    public Task<Either<CallFailure, IReadOnlyList<OutboxItem<string>>>> FindPendingAsync() =>
        CallAsync<IReadOnlyList<OutboxItem<string>>>(weather.Outbox(), () => [.. Rows.Where(r => r.Status == RowStatus.Pending).Select(r => r.Item)]);

    public IEnumerable<SampleRow> Of(RowStatus status) => Rows.Where(r => r.Status == status);

    public void Crash() => (CallsUnderWay, marksUnderWay) = (0, 0);

    async Task<Either<CallFailure, MarkOutcome>> MarkAsync(EventId id, RowStatus status, Action check)
    {
        MarkCalls++;
        violations.When(++marksUnderWay > limits.MarksAtOnce, "too many marks at once");
        var result = await CallAsync(weather.Mark(), () =>
        {
            check();
            var rows = Rows.Where(r => r.EventId == id).ToArray();
            foreach (var row in rows) row.Status = status;
            return rows.Length > 0 ? MarkOutcome.Marked : MarkOutcome.NoSuchRow;
        });
        marksUnderWay--;
        return result;
    }

    async Task<Either<CallFailure, T>> CallAsync<T>(Fate fate, Func<T> apply)
    {
        CallsUnderWay++;
        var result = await turns.CallAsync<Either<CallFailure, T>>(() =>
        {
            if (fate is Fate.NotDone) return Away;
            var answer = apply();
            return fate is Fate.Done ? answer : Away;
        });
        CallsUnderWay--;
        return result;
    }
}
