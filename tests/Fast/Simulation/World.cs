using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>The neighbours, the clock, and the process that is alive now.</summary>
sealed class World
{
    public static readonly RelayRoute Route = new("SAMPLE", "samples", new Category("sample"));

    readonly Random chance;
    int crashes;

    /// <summary>A publish that begins has ended after so long.</summary>
    public static readonly TimeSpan PublishTime = TimeSpan.FromSeconds(6);

    /// <param name="pageRows">0 where the outbox has no pages.</param>
    /// <param name="processes">That may be at work at a time: of the limits, each has its own.</param>
    public World(int seed, DeliveryLimits? limits = null, int eventsPerRecord = 1, int pageRows = 0, int processes = 1)
    {
        chance = new Random(seed);
        PageRows = pageRows;
        EventsPerRecord = eventsPerRecord;
        Limits = limits ?? DeliveryLimits.Default;
        Turns = new Turns(chance, Clock);
        Weather = new Weather(chance);
        Redis = new FakeRedis(Turns, Weather, Clock, Violations);
        var together = Limits with
        {
            EventsInFlight = Limits.EventsInFlight * processes, BytesInFlight = Limits.BytesInFlight * processes,
            MarksAtOnce = Limits.MarksAtOnce * processes,
        };
        Kafka = new FakeKafka(Turns, Weather, together, Clock, Redis, Violations);
        Outbox = new FakeOutbox(Turns, Weather, together, Kafka, Redis, Violations);
        Pages = new FakePages(Outbox, Weather, Clock);
        Redis.OnSave = CheckLetter;
        Relay = new Relay(this);
        Turns.AfterTurn = CheckCounts;
    }

    /// <summary>With one row, whose publishes end so, in this order.</summary>
    public static World WithOneRow(params PublishFate[] fates)
    {
        var world = new World(7);
        world.AddRows(1);
        foreach (var fate in fates) world.Weather.NextPublishes.Enqueue(fate);
        return world;
    }

    public int EventsPerRecord { get; }

    public DeliveryLimits Limits { get; }

    public FakeClock Clock { get; } = new();

    public Violations Violations { get; } = new();

    public Turns Turns { get; }

    public Weather Weather { get; }

    public FakeRedis Redis { get; }

    public FakeKafka Kafka { get; }

    public FakeOutbox Outbox { get; }

    public FakePages Pages { get; }

    public int PageRows { get; }

    public Relay Relay { get; private set; }

    public Func<double> Chance => chance.NextDouble;

    /// <summary>A visit with all that it leads to, checked.</summary>
    public VisitReport Visit(CancellationToken stopping = default)
    {
        var report = Turns.Run(() => Relay.VisitAsync(stopping));
        Check(report);
        return report;
    }

    /// <summary>The process dies with all that it remembers, and another one starts.</summary>
    public void Restart()
    {
        crashes++;
        Turns.Crash();
        Kafka.Crash();
        Outbox.Crash();
        Relay = new Relay(this);
    }

    public void AddRows(int count, Func<int, string>? idOf = null)
    {
        var first = Outbox.Rows.Count;
        for (var i = first; i < first + count; i++)
            Outbox.Rows.Add(new SampleRow($"r{i}", new EventId((idOf ?? (n => $"e{n}"))(i)), $"payload {i}", Clock.GetUtcNow()));
    }

    /// <summary>A scrape at any moment: what was polled is somewhere, once.</summary>
    public void CheckCounts()
    {
        var rows = Relay.Runner.Meter.Rows.Look();
        Violations.When(
            rows.Polled != rows.Published + rows.Dead + rows.Refused + rows.LeftPending || rows.InHand < 0 || rows.InHand > rows.LeftPending,
            $"the counts do not add up: {rows}");
    }

    public void Check(VisitReport report)
    {
        var rows = Relay.Runner.Meter.Rows.Look();
        Relay.Told = Relay.Told.Plus(report);
        Assert.Equal(Relay.Told, VisitSums.Of(rows));
        Assert.Equal(0, rows.InHand);
        Assert.Equal(report.Found, report.Delivered + report.MarkedLate + report.DeadLettered + report.LeftPending);
        Assert.Equal(0, Kafka.CallsUnderWay + Outbox.CallsUnderWay);
        CheckEvents();
    }

    /// <summary>What holds at any moment, in the middle of a visit and after a crash too.</summary>
    public void CheckEvents()
    {
        Violations.AssertNone();
        foreach (var row in Outbox.Rows.Where(r => r.EventId is not null))
        {
            var id = row.EventId!.Value;
            var records = Kafka.RecordsOf(id);
            var letters = Redis.Letters.Values.Count(l => l.EventId == id);
            Assert.True(row.Status != RowStatus.Sent || records > 0, $"{id} is SENT and not in the topic");
            Assert.True(row.Status != RowStatus.Failed || letters > 0, $"{id} is FAILED and has no letter");
            Assert.True(
                records - 1 <= Kafka.InDoubt.GetValueOrDefault(id),
                $"{id} has {records} records after {Kafka.InDoubt.GetValueOrDefault(id)} publishes in doubt and {crashes} crashes");
        }
    }

    void CheckLetter(DeadLetter letter)
    {
        // Rows of one event differ in their names.
        var said = Outbox.Rows
            .Where(r => letter.EventId is { } id ? r.EventId == id : letter.Key.Id.EndsWith(r.RowId, StringComparison.Ordinal))
            .Select(r => letter.Stage == DeadLetter.PublishStage ? SamplePlan.PayloadOf(r.Item) : r.Item.Raw());
        Violations.When(!said.Any(row => letter.Payload.Span.SequenceEqual(row.Span)), $"{letter.Key} does not hold what was published");
        Violations.When(letter.Attempts.Count is 0 or > 3, $"{letter.Key} tells of {letter.Attempts.Count} attempts");
    }
}
