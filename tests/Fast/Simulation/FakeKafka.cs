using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Simulation;

sealed record WrittenRecord(Delivery Delivery, bool PossibleDuplicate, DateTimeOffset At);

/// <summary>A topic, and a producer that watches how it is used.</summary>
sealed class FakeKafka(Turns turns, Weather weather, DeliveryLimits limits, FakeClock clock, FakeRedis redis, Violations violations)
{
    readonly List<Delivery> underWay = [];
    readonly Dictionary<(EventId Id, int Company), List<DateTimeOffset>> attemptsOfVisit = [];

    public List<WrittenRecord> Topic { get; } = [];

    /// <summary>Publishes that ended unknown, or with their process, by event.</summary>
    public Dictionary<EventId, int> InDoubt { get; } = [];

    /// <summary>Events that a replay publishes: the visit's limits are not theirs.</summary>
    public System.Collections.Generic.HashSet<EventId> Replayed { get; } = [];

    public int PublishCalls { get; private set; }

    public int LookUps { get; private set; }

    public int MostUnderWay { get; private set; }

    /// <summary>Who is told of each record that reaches the topic.</summary>
    public Action OnWritten { get; set; } = () => { };

    /// <summary>How this delivery ends; null leaves it to the weather.</summary>
    public Func<Delivery, PublishFate?> FateOf { get; set; } = _ => null;

    /// <summary>The process was told to stop.</summary>
    public bool Stopping { get; set; }

    public int CallsUnderWay => underWay.Count;

    public int RecordsOf(EventId id) => Topic.Count(r => r.Delivery.Events.Any(e => e.Id == id));

    public void BeginVisit() => attemptsOfVisit.Clear();

    public async Task<Either<PublishFailure, RecordPosition>> PublishAsync(Delivery delivery, bool possibleDuplicate)
    {
        PublishCalls++;
        CheckStart(delivery, possibleDuplicate);
        underWay.Add(delivery);
        MostUnderWay = Math.Max(MostUnderWay, underWay.Sum(d => d.Events.Count));
        var fate = FateOf(delivery) ?? weather.Publish();
        var result = await turns.CallAsync(() => Apply(fate, delivery, possibleDuplicate));
        underWay.Remove(delivery);
        if (result.IsLeft && fate is PublishFate.UnknownWritten or PublishFate.UnknownNotWritten or PublishFate.UnknownWrittenLate or PublishFate.UnknownInOutage)
            Doubt(delivery);
        return result;
    }

    public Task<Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>>> FindWrittenAsync(
        string topic, DateTimeOffset since, IReadOnlyCollection<EventId> ids, CancellationToken stopping)
    {
        LookUps++;
        violations.When(topic != World.Route.Topic || ids.Count == 0, "a look-up asks for nothing that can be there");
        var fails = weather.LookUpFails();
        return turns.CallAsync<Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>>>(() =>
        {
            if (fails) return new StoreFailure("no broker");
            return Topic.Where(r => r.At >= since).SelectMany((r, n) => r.Delivery.Events.Select(e => (e.Id, At: new RecordPosition(0, n))))
                .Where(f => ids.Contains(f.Id)).DistinctBy(f => f.Id).ToDictionary(f => f.Id, f => f.At);
        });
    }

    public void Crash()
    {
        foreach (var delivery in underWay) Doubt(delivery);
        underWay.Clear();
    }

    Either<PublishFailure, RecordPosition> Apply(PublishFate fate, Delivery delivery, bool possibleDuplicate)
    {
        void Write()
        {
            Topic.Add(new WrittenRecord(delivery, possibleDuplicate, clock.GetUtcNow()));
            OnWritten();
        }

        if (fate is PublishFate.Written or PublishFate.UnknownWritten) Write();
        if (fate is PublishFate.UnknownWrittenLate) turns.Later(Write);
        return fate switch
        {
            PublishFate.Written => new RecordPosition(0, Topic.Count - 1),
            PublishFate.Transient => new PublishFailure.Transient("BUSY", "not now"),
            PublishFate.Unreachable => new PublishFailure.Transient("DOWN", "no broker", FaultScope.Cluster),
            PublishFate.TopicRefuses => new PublishFailure.Permanent("NO_TOPIC", "no such topic", FaultScope.Topic),
            PublishFate.TooLarge => new PublishFailure.TooLarge("TOO_LARGE", "not in one piece"),
            PublishFate.UnknownInOutage => new PublishFailure.Unknown("TIMED_OUT", "no answer", FaultScope.Cluster),
            PublishFate.Permanent => new PublishFailure.Permanent("INVALID", "never"),
            PublishFate.Stopping => new PublishFailure.Stopping("STOPPING", "the producer is being replaced"),
            _ => new PublishFailure.Unknown("TIMED_OUT", "no answer"),
        };
    }

    void Doubt(Delivery delivery)
    {
        foreach (var carried in delivery.Events) InDoubt[carried.Id] = InDoubt.GetValueOrDefault(carried.Id) + 1;
    }

    void CheckStart(Delivery delivery, bool possibleDuplicate)
    {
        var ids = delivery.Events.Select(e => e.Id).ToArray();
        var name = string.Join(",", ids);
        violations.When(ids.Any(id => !redis.Ledger.ContainsKey(id)), $"{name} published without a lasting note");
        violations.When(ids.Any(id => underWay.Any(d => d.Events.Any(e => e.Id == id))), $"{name} published twice at a time");
        violations.When(ids.Any(InDoubt.ContainsKey) && !possibleDuplicate, $"{name} may be a duplicate and does not say so");
        if (ids.All(Replayed.Contains)) return;

        violations.When(Stopping, $"{name} published after the process was told to stop");
        var own = underWay.Where(d => !d.Events.All(e => Replayed.Contains(e.Id))).Append(delivery).ToArray();
        violations.When(own.Length > 1 && own.Sum(d => d.Events.Count) > limits.EventsInFlight, "too many events in flight");
        violations.When(own.Length > 1 && own.Sum(d => (long)d.Value.Length) > limits.BytesInFlight, "too many bytes in flight");
        // In smaller company an event begins anew.
        foreach (var id in ids) CheckAttempts((id, ids.Length));
    }

    void CheckAttempts((EventId Id, int Company) id)
    {
        if (!attemptsOfVisit.TryGetValue(id, out var attempts)) attemptsOfVisit[id] = attempts = [];
        attempts.Add(clock.GetUtcNow());
        violations.When(attempts.Count > 3, $"{id} tried more than three times in a visit");
        if (attempts.Count < 2) return;
        var wait = (attempts[^1] - attempts[^2]).TotalMilliseconds;
        violations.When(wait < (attempts.Count == 2 ? 200 : 400), $"{id} tried again after {wait} ms");
    }
}
