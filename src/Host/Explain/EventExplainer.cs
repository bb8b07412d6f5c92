using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;

namespace Hobom.Slices.Host.Explain;

/// <summary>Asks all who may know of an event. Changes nothing; a neighbour that does not answer is told as such.</summary>
sealed class EventExplainer(
    IReadOnlyList<Slice> slices, RedisDeadLetterStore letters, RedisTombstones tombstones, RedisReplayJobs jobs, RedisLedgerStore ledgers,
    KeptPositions positions, Option<BrokerSlice> broker, TimeProvider clock)
{
    /// <summary>What the last poll said is as good as an answer now; older, the outbox is asked anew.</summary>
    static readonly TimeSpan PollAge = TimeSpan.FromSeconds(10);

    /// <summary>Keys of a job that are looked through.</summary>
    const int JobKeyLimit = 20_000;

    public IReadOnlyList<string> Categories => [.. slices.Select(s => s.Route.Category.Name)];

    /// <param name="category">Null for all flows.</param>
    /// <param name="masked">Error texts are not shown whole.</param>
    public async Task<IReadOnlyList<FlowFacts>> LookAsync(EventId id, string? category, bool masked, CancellationToken stopping) =>
        await Task.WhenAll(slices.Where(s => category is null || s.Route.Category.Name == category)
            .Select(s => LookAsync(s, id, masked, stopping)));

    /// <summary>Where the broker explains events of this id: paths under the API's base path.</summary>
    public async Task<IReadOnlyList<string>> AtBrokerAsync(EventId id, CancellationToken stopping)
    {
        if (broker.Case is not BrokerSlice { Open: { } open }) return [];
        return (await open.Store.Read.List(new EventFilter(Id: id.Value), 10, stopping)).Match(
            Right: found => (IReadOnlyList<string>)[.. found.Select(e =>
                $"/broker/events/{Uri.EscapeDataString(e.Event.Source)}/{Uri.EscapeDataString(e.Event.Id)}/explain")],
            Left: _ => []);
    }

    async Task<FlowFacts> LookAsync(Slice slice, EventId id, bool masked, CancellationToken stopping)
    {
        var problems = new List<string>();
        var status = slice.Loop.Status;
        var key = new DeadLetterKey(slice.Route.Category, id.Value);
        var toKafka = slice.Route.Topic.Length > 0;
        // The ledger before the positions: an event goes from the one to the other in one step.
        var ledger = toKafka ? await OrNoneAsync(ledgers.FindAsync(slice.Route.Category, id), problems) : default;
        var letter = await LetterAsync(key, problems);
        var published = toKafka ? await OrNoneAsync(positions.FindAsync(slice.Route.Category, id), problems) : default;
        var known = letter is not null || ledger.IsSome || published.IsSome;
        var tombstone = known ? default : await OrNoneAsync(tombstones.FindAsync(key), problems);
        var holder = status.StandBy ?? slice.Leases.OtherHolderOf(id);
        var (row, source) = await RowAsync(slice, id, problems, stopping);
        return new FlowFacts(slice.Name, slice.Route.Category, slice.Route.Topic, row, source)
        {
            InHand = slice.Work.HolderOf(id),
            Ledger = ValueOf(ledger),
            Published = ValueOf(published),
            Letter = letter is null ? null : LetterView.Of(letter, clock.GetUtcNow(), masked),
            Job = letter is null ? null : await JobOfAsync(key, problems),
            Tombstone = ValueOf(tombstone),
            Circuit = slice.Work.Circuit?.Invoke(),
            Pause = status.Pause,
            HeldBy = holder?.Holder,
            HeldSince = holder?.Since,
            NextAttemptAt = status.NextTurnAt,
            Step = slice.Work.StepOf is { } step ? await step(id, stopping) : null,
            Problems = problems,
        };
    }

    async Task<StoredLetter?> LetterAsync(DeadLetterKey key, List<string> problems)
    {
        foreach (var look in (Func<DeadLetterKey, Task<Either<StoreFailure, LetterLookup>>>[])[letters.GetAsync, letters.GetDiscardedAsync])
        {
            if (!(await look(key)).TryGetRight(out var found, out var failure))
            {
                problems.Add(failure.Message);
                return null;
            }

            if (found is LetterLookup.Found(var letter)) return letter;
        }

        return null;
    }

    /// <summary>The last poll where it is fresh, else the outbox itself, which gives what is PENDING and nothing else.</summary>
    async Task<(bool? Pending, string Source)> RowAsync(Slice slice, EventId id, List<string> problems, CancellationToken stopping)
    {
        var status = slice.Loop.Status;
        var isFresh = slice.Leases.Of(id).IsHeld && clock.GetUtcNow() - status.LastVisitAt < PollAge;
        if (isFresh && slice.Work.SeenPending(id) is { } seen && status.LastVisitAt is { } at)
            return (seen, $"the poll of {at:u}");
        if (slice.Work.AskPending is not { } ask) return (false, "no outbox");
        if ((await ask(stopping)).TryGetRight(out var pending, out var failure))
            return (pending.Contains(id), $"the outbox at {slice.Backend}, asked now");
        problems.Add($"the outbox at {slice.Backend} does not tell: {failure.Kind}");
        return (null, "nobody");
    }

    async Task<string?> JobOfAsync(DeadLetterKey key, List<string> problems)
    {
        if (!(await jobs.ActiveAsync()).TryGetRight(out var active, out var failure))
        {
            problems.Add(failure.Message);
            return null;
        }

        var name = key.Format();
        foreach (var id in active)
        {
            if (!(await jobs.GetAsync(id)).TryGetRight(out var job, out _)) continue;
            if (job.Plan.Categories.All(c => c.Category != key.Category.Name)) continue;
            var places = Enumerable.Range(0, Math.Min(job.Plan.Count, JobKeyLimit)).ToArray();
            var read = await jobs.KeysAsync(id, places);
            if (read.Match(Right: keys => keys.Values.Contains(name, StringComparer.Ordinal), Left: _ => false)) return id;
        }

        return null;
    }

    static async Task<Option<T>> OrNoneAsync<T>(Task<Either<StoreFailure, Option<T>>> question, List<string> problems)
    {
        if ((await question).TryGetRight(out var found, out var failure)) return found;
        problems.Add(failure.Message);
        return Option<T>.None;
    }

    static T? ValueOf<T>(Option<T> found)
        where T : class => found.MatchUnsafe(T? (value) => value, () => null);
}
