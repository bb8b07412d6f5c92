using Google.Protobuf;

namespace Hobom.Slices.Sandbox.Rows;

/// <summary>One backend's outbox in memory. Settled rows are forgotten, oldest first, beyond a limit; counts stay.</summary>
public sealed class OutboxTable(TimeProvider time, int settledRowLimit = 2_000)
{
    private static readonly TimeSpan s_rateWindow = TimeSpan.FromSeconds(10);
    private const int FailureLimit = 5;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, OutboxRow> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<string>> _unclaimed = new(StringComparer.Ordinal);
    private readonly Queue<string> _settled = new();
    private readonly Dictionary<string, Tally> _tallies = new(StringComparer.Ordinal);
    private readonly Queue<FailedRow> _failures = new();

    public void Add(string eventId, string eventType, IMessage? payload)
    {
        lock (_gate)
        {
            _rows.Add(eventId, new OutboxRow(eventId, eventType, payload, time.GetUtcNow()));
            TallyOf(eventType).Pending++;
            UnclaimedOf(eventType).Enqueue(eventId);
        }
    }

    /// <summary>Null where there is no such row.</summary>
    public OutboxRow? Find(string eventId)
    {
        lock (_gate)
            return _rows.GetValueOrDefault(eventId);
    }

    /// <summary>The pending row whose turn it is to be claimed; null where none waits for that.</summary>
    public OutboxRow? NextUnclaimed(string eventType)
    {
        lock (_gate)
        {
            var waiting = UnclaimedOf(eventType);
            while (waiting.TryPeek(out var id))
            {
                if (_rows.GetValueOrDefault(id) is { Status: RowStatuses.Pending } row)
                    return row;
                waiting.Dequeue();
            }

            return null;
        }
    }

    /// <summary>Gives the row of <see cref="NextUnclaimed"/> to a page.</summary>
    public void Claim(OutboxRow next, string token)
    {
        lock (_gate)
        {
            if (UnclaimedOf(next.EventType).TryPeek(out var id) && id == next.EventId)
                UnclaimedOf(next.EventType).Dequeue();
            if (_rows.TryGetValue(next.EventId, out var row))
                _rows[next.EventId] = row with { Token = token };
        }
    }

    /// <summary>Lets a page's row be claimed by others, after those that never were; it stays the page's own until then.</summary>
    public void PutBack(string eventId, string token)
    {
        lock (_gate)
        {
            if (_rows.GetValueOrDefault(eventId) is { Status: RowStatuses.Pending } row && row.Token == token)
                UnclaimedOf(row.EventType).Enqueue(eventId);
        }
    }

    public long PendingOf(string eventType)
    {
        lock (_gate)
            return TallyOf(eventType).Pending;
    }

    /// <summary>Every row of one type and status, oldest first.</summary>
    public IReadOnlyList<OutboxRow> Find(string eventType, string status)
    {
        lock (_gate)
            return [.. _rows.Values.Where(row => row.EventType == eventType && row.Status == status).OrderBy(row => row.CreatedAt)];
    }

    /// <summary>The last mark wins: FAILED after SENT makes FAILED.</summary>
    /// <param name="error">Why the row FAILED; null marks it SENT.</param>
    /// <returns>False where there is no such row.</returns>
    public bool Mark(string eventId, string? error)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue(eventId, out var row))
                return false;
            var now = time.GetUtcNow();
            var tally = TallyOf(row.EventType);
            tally.Move(row.Status, error is null ? RowStatuses.Sent : RowStatuses.Failed);
            if (row.Status == RowStatuses.Pending)
                NoteSettled(tally, eventId, now);
            _rows[eventId] = (error is null
                ? row with { Status = RowStatuses.Sent, SentAt = now }
                : row with { Status = RowStatuses.Failed, FailedAt = now, LastError = error })
                with { Version = row.Version + 1, UpdatedAt = now };
            if (error is not null)
                NoteFailure(new FailedRow(now, row.EventType, eventId, error));
            return true;
        }
    }

    public IReadOnlyList<EventCounts> Counts()
    {
        lock (_gate)
        {
            var since = time.GetUtcNow() - s_rateWindow;
            return [.. _tallies.Select(pair => pair.Value.At(pair.Key, since, s_rateWindow))];
        }
    }

    public IReadOnlyList<FailedRow> LastFailures()
    {
        lock (_gate)
            return [.. _failures];
    }

    private Tally TallyOf(string eventType)
    {
        if (!_tallies.TryGetValue(eventType, out var tally))
            _tallies.Add(eventType, tally = new Tally());
        return tally;
    }

    private Queue<string> UnclaimedOf(string eventType)
    {
        if (!_unclaimed.TryGetValue(eventType, out var waiting))
            _unclaimed.Add(eventType, waiting = new Queue<string>());
        return waiting;
    }

    private void NoteSettled(Tally tally, string eventId, DateTimeOffset now)
    {
        tally.NoteSettled(now, s_rateWindow);
        _settled.Enqueue(eventId);
        if (_settled.Count > settledRowLimit)
            _rows.Remove(_settled.Dequeue());
    }

    private void NoteFailure(FailedRow failure)
    {
        _failures.Enqueue(failure);
        if (_failures.Count > FailureLimit)
            _failures.Dequeue();
    }
}
