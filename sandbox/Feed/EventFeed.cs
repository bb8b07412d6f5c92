using Hobom.Slices.Sandbox.Rows;

namespace Hobom.Slices.Sandbox.Feed;

/// <summary>Adds rows to the outboxes at a steady rate, until a count is reached.</summary>
/// <param name="rowsPerSecond">Over all flows.</param>
/// <param name="countLimit">Over all flows; null never ends.</param>
/// <param name="onlyGood">None that becomes a dead letter.</param>
public sealed class EventFeed(
    OutboxTable main, OutboxTable space, IReadOnlyList<Flow> flows, double rowsPerSecond, long? countLimit, TimeProvider time,
    bool onlyGood = false)
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(50);

    /// <summary>Without an end, and nobody takes the rows: adding more would only fill the memory.</summary>
    private const int PendingLimit = 50_000;

    private readonly FlowTurns _turns = new(flows);
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private long _generated;

    public long Generated => Interlocked.Read(ref _generated);

    public bool Done => Generated >= countLimit;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(s_step, time);
        var (credit, last) = (1.0, time.GetTimestamp());
        while (!Done && await timer.WaitForNextTickAsync(stopping))
        {
            // At most one second's worth is caught up after a pause.
            credit = Math.Min(credit + (time.GetElapsedTime(last).TotalSeconds * rowsPerSecond), Math.Max(1, rowsPerSecond));
            last = time.GetTimestamp();
            if (!HasRoom())
                continue;
            for (; credit >= 1 && !Done; credit--)
                AddNext();
        }
    }

    private bool HasRoom() => countLimit is not null || main.Counts().Concat(space.Counts()).Sum(counts => counts.Pending) < PendingLimit;

    public void AddNext()
    {
        var eventType = _turns.Next().EventType;
        var n = _numbers.GetValueOrDefault(eventType);
        _numbers[eventType] = n + 1;
        var id = $"{Guid.NewGuid()}";
        switch (eventType)
        {
            case EventTypes.Message: main.Add(id, eventType, onlyGood ? SampleMessages.Good(n) : SampleMessages.Message(n)); break;
            case EventTypes.Log: main.Add(id, eventType, SampleLogs.Log(n)); break;
            case EventTypes.LawChanged: main.Add($"law:{id}", eventType, SampleChanges.Law(n, $"diff-{id}")); break;
            case EventTypes.SpaceEvent: space.Add($"space:{id}", eventType, SampleChanges.Page(n)); break;
            default: space.Add(id, eventType, SampleLogs.SpaceLog(n)); break;
        }

        Interlocked.Increment(ref _generated);
    }
}
