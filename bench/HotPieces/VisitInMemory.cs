using System.Collections.Concurrent;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;
using Microsoft.Extensions.Logging.Abstractions;
using static LanguageExt.Prelude;

namespace Hobom.Slices.Bench.HotPieces;

/// <summary>
/// One visit, all but on one thread. The neighbours' answers wait until all that can be asked has been asked, so that every step takes
/// the path of a call that is under way.
/// </summary>
sealed class VisitInMemory
{
    static readonly Either<StoreFailure, Unit> Done = unit;
    static readonly IReadOnlySet<DeadLetterKey> NoLetters = new System.Collections.Generic.HashSet<DeadLetterKey>();

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Where the stack gets deep, the runtime goes on in another thread.
    readonly ConcurrentQueue<Action> answers = new();
    readonly IReadOnlyList<Delivery> deliveries;
    readonly DeliveryRunner runner;

    public VisitInMemory(IReadOnlyList<Delivery> deliveries)
    {
        this.deliveries = deliveries;
        var route = new RelayRoute("MESSAGE", deliveries[0].Topic, deliveries[0].Events[0].LetterKey.Category);
        runner = new DeliveryRunner(new DeliveryParts(
            route,
            new DeliveryPorts(
                (_, _) => Later(Right<PublishFailure, RecordPosition>(new RecordPosition(0, 1))),
                (_, _, _, _) => throw new InvalidOperationException("nothing is in doubt"),
                new MarkPort(
                    _ => Later(Right<CallFailure, MarkOutcome>(MarkOutcome.Marked)),
                    (_, _) => throw new InvalidOperationException("nothing failed")),
                new LetterPort(
                    _ => throw new InvalidOperationException("nothing failed"),
                    _ => Later(Right<StoreFailure, IReadOnlySet<DeadLetterKey>>(NoLetters)),
                    _ => Later(Done), _ => Later(Done))),
            new DeliveryLedger(
                new LedgerPort(
                    () => Later(Right<StoreFailure, IReadOnlyDictionary<EventId, LedgerEntry>>(new Dictionary<EventId, LedgerEntry>())),
                    _ => Later(Done)),
                TimeProvider.System),
            FlowPolicies.Contract, DeliveryLimits.Default, TimeProvider.System, () => 0.5, NullLogger.Instance));
    }

    /// <returns>How many were delivered: all of them.</returns>
    public int Run()
    {
        var visit = VisitAsync();
        while (!visit.IsCompleted)
        {
            if (answers.TryDequeue(out var answer)) answer();
            else if (!SpinWait.SpinUntil(() => visit.IsCompleted || !answers.IsEmpty, Patience))
                throw new InvalidOperationException("the visit waits for what nobody was asked");
        }

        var report = visit.GetAwaiter().GetResult();
        return report.Delivered == deliveries.Count ? report.Delivered : throw new InvalidOperationException(report.ToString());
    }

    async Task<VisitReport> VisitAsync()
    {
        await using var visit = runner.BeginVisit(CancellationToken.None);
        var admitted = await visit.AdmitAsync<Row>([.. deliveries.Select(d => new Row(d))]);
        await visit.RunAsync(new DeliveryPlan(admitted.Select(row => Right<Refusal, Delivery>(row.Delivery))));
        return await visit.EndAsync();
    }

    Task<T> Later<T>(T value)
    {
        var answer = new TaskCompletionSource<T>();
        answers.Enqueue(() => answer.SetResult(value));
        return answer.Task;
    }

    sealed record Row(Delivery Delivery) : IPendingRow
    {
        public EventId? EventId => Delivery.Events[0].Id;

        public DateTimeOffset? CreatedAt => null;
    }
}
