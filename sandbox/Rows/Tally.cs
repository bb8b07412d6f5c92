namespace Hobom.Slices.Sandbox.Rows;

/// <summary>How the rows of one event type stand. The rate is of rows settled for the first time.</summary>
public sealed record EventCounts(string EventType, long Pending, long Sent, long Failed, double SettledPerSecond)
{
    public long Settled => Sent + Failed;
}

/// <summary>A row that was marked FAILED, and the reason given.</summary>
public sealed record FailedRow(DateTimeOffset At, string EventType, string EventId, string Reason);

/// <summary>Counts of one event type. Not for several threads: the table's lock guards it.</summary>
internal sealed class Tally
{
    private readonly Queue<DateTimeOffset> _recentlySettled = new();
    private long _sent;
    private long _failed;

    public long Pending { get; set; }

    public void Move(string from, string to)
    {
        Add(from, -1);
        Add(to, +1);
    }

    public void NoteSettled(DateTimeOffset now, TimeSpan window)
    {
        _recentlySettled.Enqueue(now);
        Prune(now - window);
    }

    public EventCounts At(string eventType, DateTimeOffset since, TimeSpan window)
    {
        Prune(since);
        return new EventCounts(eventType, Pending, _sent, _failed, _recentlySettled.Count / window.TotalSeconds);
    }

    private void Prune(DateTimeOffset since)
    {
        while (_recentlySettled.TryPeek(out var oldest) && oldest < since)
            _recentlySettled.Dequeue();
    }

    private void Add(string status, int change)
    {
        switch (status)
        {
            case RowStatuses.Sent: _sent += change; break;
            case RowStatuses.Failed: _failed += change; break;
            default: Pending += change; break;
        }
    }
}
