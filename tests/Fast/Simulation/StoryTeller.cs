using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>Plays a story: visits in changing weather, crashes in the middle of some, replays beside others.</summary>
sealed class StoryTeller
{
    static readonly string[] HostileIds = ["a:b:c", "dlq:sample:x", "줄\n바꿈", "🚀*[?]\\", " ", "\0"];

    readonly Story story;
    readonly Random chance;
    readonly List<Task<ReplayOutcome>> replays = [];

    public StoryTeller(Story story)
    {
        this.story = story;
        chance = new Random(story.Seed + 1);
        var limits = new DeliveryLimits(
            EventsInFlight: chance.Next(1, 9), BytesInFlight: chance.Next(10, 200), Parked: chance.Next(1, 4),
            MarksAtOnce: chance.Next(1, 5), MarkFailuresInARow: chance.Next(2, 10));
        World = new World(story.Seed, limits, story.EventsPerRecord, story.PageRows);
        World.Outbox.PartRows = story.PartRows;
        World.Weather.LateWrites = story.LateWrites;
        World.Turns.ImmediateShare = chance.Next(2) == 0 ? 0 : 0.3;
        for (var i = 0; i < story.Rows; i++) World.Outbox.Rows.Add(NewRow(i));
    }

    public World World { get; }

    public void Tell()
    {
        for (var visit = 0; visit < story.Visits; visit++)
        {
            World.Weather.Change(story.FaultPercent / 100.0);
            for (var i = 0; story.Replays && i < 2; i++) World.Turns.Later(StartReplay);
            if (story.Freezes && chance.Next(2) == 0) World.Turns.Later(World.Pages.Freeze);
            if (chance.Next(100) < story.CrashPercent) VisitUntilCrash();
            else World.Check(World.Turns.Run(RoundAsync));
            World.Clock.Advance(TimeSpan.FromSeconds(chance.Next(6)));
        }
    }

    /// <summary>So many visits as a broker that was away needs to be asked, and its events to be delivered after it.</summary>
    public void EndInFairWeather()
    {
        World.Weather.Clear();
        World.Pages.EndAll();
        var pages = story.PageRows == 0 ? 1 : (story.Rows / story.PageRows) + 1;
        for (var visit = 0; visit < 3 * pages; visit++) World.Check(World.Turns.Run(RoundAsync));
    }

    void VisitUntilCrash()
    {
        World.Turns.RunAtMost(chance.Next(1, 80), RoundAsync);
        replays.Clear();
        World.Restart();
        World.CheckEvents();
    }

    async Task<VisitReport> RoundAsync()
    {
        var report = await World.Relay.VisitAsync(CancellationToken.None);
        while (replays.Count > 0)
        {
            await replays[0];
            replays.RemoveAt(0);
        }

        return report;
    }

    void StartReplay()
    {
        var letters = World.Redis.Letters.Values.Where(l => l.Stage == DeadLetter.PublishStage).ToArray();
        if (letters.Length > 0) replays.Add(World.Relay.ReplayAsync(letters[chance.Next(letters.Length)]));
    }

    SampleRow NewRow(int i)
    {
        EventId? id = chance.Next(10) switch
        {
            0 => null,
            1 when i > 0 => World.Outbox.Rows[chance.Next(i)].EventId,
            2 => new EventId(HostileIds[chance.Next(HostileIds.Length)]),
            3 when chance.Next(3) == 0 => new EventId($"{i}{new string('x', DeadLetterKey.IdByteLimit)}"),
            _ => new EventId($"e{i}"),
        };
        // Rows of one event say the same.
        var twin = id is null ? null : World.Outbox.Rows.Find(r => r.EventId == id);
        var payload = twin is null ? (chance.Next(8) == 0 ? null : $"payload {i}{new string('.', chance.Next(80))}") : twin.Payload;
        return new SampleRow($"r{i}", id, payload, World.Clock.GetUtcNow());
    }
}
