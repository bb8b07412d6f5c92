using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>One visit to the outbox: from before it is asked until every row that it gave is settled or left.</summary>
public sealed class DeliveryVisit : IDisposable
{
    const int ChunkRows = 256;

    readonly DeliveryRunner runner;
    readonly DeliveryLedger ledger;
    readonly CancellationToken stopping;
    readonly VisitCounters tally = new();
    readonly List<EventId> held = [];
    readonly DeliveryWindow window;
    readonly Settler settler;
    readonly DeliveryAttempts attempts;
    int found;
    DateTimeOffset? oldest;
    bool probed;

    internal DeliveryVisit(DeliveryRunner runner, CancellationToken stopping)
    {
        this.runner = runner;
        this.stopping = stopping;
        var limits = runner.Parts.Limits;
        ledger = runner.Parts.Ledger;
        window = new DeliveryWindow(limits.EventsInFlight, limits.BytesInFlight, limits.Parked);
        settler = new Settler(runner, tally, stopping);
        attempts = new DeliveryAttempts(runner, window, settler, tally, stopping);
    }

    /// <summary>
    /// Takes from the rows (all that are pending) those that may be published now. The others are seen to here: what
    /// is already in Kafka gets its mark, what may be is looked up there, and what a replay has in hand is left to it.
    /// </summary>
    public async Task<IReadOnlyList<TRow>> AdmitAsync<TRow>(IReadOnlyList<TRow> rows)
        where TRow : IPendingRow
    {
        found = rows.Count;
        oldest = rows.Min(r => r.CreatedAt);
        var pending = rows.Where(r => r.EventId is not null).Select(r => r.EventId!.Value).ToHashSet();
        runner.Pending.Note(pending);
        if (!(await ledger.EnsureLoadedAsync()).TryGetRight(out _, out var failure))
        {
            LeaveAll(rows.Count, failure);
            return [];
        }

        ledger.ForgetAbsent(pending, runner.Holds.Has);
        // In the order of the rows; of an event that is there twice, the first gets it.
        held.AddRange(rows.Select(r => r.EventId).OfType<EventId>().Where(id => runner.Holds.TryTakeForVisit(id)));
        var sorted = VisitAdmission.Sort(rows, held.ToHashSet(), ledger.Find);
        tally.LeftPending(sorted.Elsewhere);
        var admitted = sorted.Admitted.ToList();
        var published = sorted.Published.ToList();
        var written = await FindWrittenAsync([.. sorted.InDoubt.Select(d => (d.Id, d.Entry))]);
        foreach (var (row, id, _) in sorted.InDoubt)
        {
            if (written is null) tally.LeftPending();
            else if (written.Contains(id)) published.Add(id);
            else admitted.Add(row);
        }

        await RemarkAsync(published);
        return admitted;
    }

    /// <summary>Publishes and settles the plan. What is not begun when the process is told to stop stays PENDING.</summary>
    public async Task<VisitReport> RunAsync(DeliveryPlan plan)
    {
        try
        {
            foreach (var chunk in ChunksOf(plan))
            {
                if (MustNotBegin() || await BeginAsync(chunk) is not { } letters) LeavePending(chunk);
                else
                {
                    foreach (var step in runner.BrokerAway ? ProbeFirst(chunk) : chunk) await StartAsync(step, letters);
                }
            }
        }
        finally
        {
            // Also where the plan breaks half-way: a replay or the next visit must not take what is under way.
            await window.WhenEmptyAsync();
            await ledger.FlushAsync();
        }

        return tally.Report(found, oldest);
    }

    public void Dispose()
    {
        runner.Holds.EndVisit();
        foreach (var id in held) runner.Holds.Release(id);
    }

    /// <summary>Which of the events in doubt have a record; null where Kafka could not be asked.</summary>
    async Task<IReadOnlySet<EventId>?> FindWrittenAsync(List<(EventId Id, LedgerEntry Entry)> inDoubt)
    {
        if (inDoubt.Count == 0) return System.Collections.Immutable.ImmutableHashSet<EventId>.Empty;
        var answer = await runner.Parts.Ports.FindWritten(
            runner.Parts.Route.Topic, inDoubt.Min(d => d.Entry.Since), inDoubt.ConvertAll(d => d.Id), stopping);
        if (answer.TryGetRight(out var written, out var failure)) return written;
        tally.Problem(
            VisitStage.Publish, $"Kafka: {inDoubt.Count} events may have been written, and could not be looked up: {failure.Message}");
        return null;
    }

    async Task RemarkAsync(List<EventId> published)
    {
        ledger.NotePublished(published);
        foreach (var chunk in published.Chunk(ChunkRows))
        {
            var keys = chunk.Select(id => new DeadLetterKey(runner.Parts.Route.Category, id.Value)).ToArray();
            if ((await runner.Parts.Ports.Letters.FindExisting(keys)).TryGetRight(out var letters, out var failure))
                await Task.WhenAll(keys.Zip(chunk, (key, id) =>
                    settler.SettleAsync(id, key, new EventOutcome.Published(letters.Contains(key)), tally.MarkedLate)));
            else LeaveAll(chunk.Length, failure);
        }
    }

    bool MustNotBegin() =>
        stopping.IsCancellationRequested || runner.BackendAway || (runner.BrokerAway && probed);

    /// <summary>
    /// Notes lastingly that these events go out now, and finds the letters that earlier visits left for them;
    /// null where Redis is away: then nothing goes out, because a crash would make the next process double it.
    /// </summary>
    async Task<IReadOnlySet<DeadLetterKey>?> BeginAsync(Either<Refusal, Delivery>[] chunk)
    {
        var events = chunk.SelectMany(step => step.RightToArray()).SelectMany(d => d.Events).ToArray();
        EventId[] ids = [.. events.Select(e => e.Id)];
        var beginning = ledger.BeginAsync(ids);
        var finding = runner.Parts.Ports.Letters.FindExisting([.. events.Select(e => e.LetterKey)]);
        var begun = await beginning;
        var existing = await finding;
        if (begun.TryGetRight(out _, out var failure) && existing.TryGetRight(out var letters, out failure)) return letters;
        tally.Problem(VisitStage.Redis, $"Redis: {failure.Message}");
        ledger.ForgetUnwritten(ids);
        return null;
    }

    async Task StartAsync(Either<Refusal, Delivery> step, IReadOnlySet<DeadLetterKey> letters)
    {
        if (step.TryGetRight(out var delivery, out var refusal)) await StartAsync(delivery, letters);
        else
        {
            await window.EnterAsync(1, refusal.Raw.Length);
            _ = attempts.RefuseAsync(refusal);
        }
    }

    async Task StartAsync(Delivery delivery, IReadOnlySet<DeadLetterKey> letters)
    {
        if (!runner.BrokerAway)
        {
            await window.EnterAsync(delivery.Events.Count, delivery.Value.Length);
            if (!stopping.IsCancellationRequested)
            {
                _ = attempts.DeliverAsync(delivery, letters, probe: false);
                return;
            }

            attempts.Return(delivery);
            window.Leave(delivery.Events.Count, delivery.Value.Length);
            return;
        }

        await window.WhenEmptyAsync();
        if (probed)
        {
            attempts.Return(delivery);
            return;
        }

        probed = true;
        await window.EnterAsync(delivery.Events.Count, delivery.Value.Length);
        var told = await attempts.DeliverAsync(delivery, letters, probe: true);
        // What is refused for itself says nothing of the topic: the next one asks.
        probed = told && runner.BrokerAway;
    }

    /// <summary>The chunk with the record in front that is to ask.</summary>
    Either<Refusal, Delivery>[] ProbeFirst(Either<Refusal, Delivery>[] chunk)
    {
        Delivery[] records = [.. chunk.SelectMany(step => step.RightToArray())];
        if (records.Length == 0) return chunk;
        var probe = runner.Probes.Among(records, d => d.Events.Any(e => ledger.Find(e.Id) is { Unknowns: > 0 }));
        return [probe, .. chunk.Where(step => !step.Exists(d => ReferenceEquals(d, probe)))];
    }

    void LeavePending(Either<Refusal, Delivery>[] chunk) => tally.LeftPending(chunk.Sum(RowsOf));

    /// <summary>Cut by the rows they carry: one delivery may carry a thousand, and its record be as large as Kafka takes.</summary>
    static IEnumerable<Either<Refusal, Delivery>[]> ChunksOf(DeliveryPlan plan)
    {
        var chunk = new List<Either<Refusal, Delivery>>();
        var rows = 0;
        foreach (var step in plan.Steps)
        {
            chunk.Add(step);
            rows += RowsOf(step);
            if (rows < ChunkRows) continue;
            yield return [.. chunk];
            chunk.Clear();
            rows = 0;
        }

        if (chunk.Count > 0) yield return [.. chunk];
    }

    static int RowsOf(Either<Refusal, Delivery> step) => step.Match(Left: _ => 1, Right: d => d.Events.Count);

    void LeaveAll(int rows, StoreFailure failure)
    {
        tally.Problem(VisitStage.Redis, $"Redis: {failure.Message}");
        tally.LeftPending(rows);
    }
}
