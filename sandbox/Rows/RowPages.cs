namespace Hobom.Slices.Sandbox.Rows;

/// <summary>Rows that somebody claimed together.</summary>
/// <param name="Rows">As they were then.</param>
/// <param name="IsComplete">No other row of the type is PENDING.</param>
public sealed record RowPage(string Token, IReadOnlyList<OutboxRow> Rows, bool IsComplete);

/// <summary>What a mark by a page's token did.</summary>
public enum PageMarkResult
{
    Applied,
    Already,
    Stale,
    NoSuchRow,
}

/// <summary>Pages of one table's pending rows, by the rules of protos/outbox/v1. Pages are forgotten as they end.</summary>
public sealed class RowPages(OutboxTable table, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Page> _pages = new(StringComparer.Ordinal);

    /// <param name="sizeOf">Bytes of a row; the first row is taken whatever its size.</param>
    public RowPage Claim(string eventType, string owner, int limit, long byteLimit, TimeSpan lease, Func<OutboxRow, int> sizeOf)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var page in _pages.Values.Where(p => p.Ends <= now || (p.Owner == owner && p.EventType == eventType)).ToList())
                End(page);
            var (token, rows, bytes) = (Guid.NewGuid().ToString("N"), new List<OutboxRow>(), 0L);
            while (rows.Count < limit && table.NextUnclaimed(eventType) is { } row)
            {
                bytes += sizeOf(row);
                if (rows.Count > 0 && bytes > byteLimit)
                    break;
                table.Claim(row, token);
                rows.Add(row);
            }

            if (rows.Count > 0)
                _pages.Add(token, new Page(token, owner, eventType, [.. rows.Select(r => r.EventId)], now + lease));
            return new RowPage(token, rows, table.PendingOf(eventType) <= rows.Count);
        }
    }

    /// <returns>False where the lease had ended.</returns>
    public bool Renew(string token, TimeSpan lease)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (!_pages.TryGetValue(token, out var page) || page.Ends <= now)
                return false;
            _pages[token] = page with { Ends = now + lease };
            return true;
        }
    }

    /// <param name="error">Why the row FAILED; null marks it SENT.</param>
    public PageMarkResult Mark(string token, string eventId, string? error)
    {
        lock (_gate)
        {
            if (table.Find(eventId) is not { } row)
                return PageMarkResult.NoSuchRow;
            if (row.Status == (error is null ? RowStatuses.Sent : RowStatuses.Failed))
                return PageMarkResult.Already;
            if (row.Token != token || row.Status == RowStatuses.Sent)
                return PageMarkResult.Stale;
            return table.Mark(eventId, error) ? PageMarkResult.Applied : PageMarkResult.NoSuchRow;
        }
    }

    public void Release(string token)
    {
        lock (_gate)
        {
            if (_pages.TryGetValue(token, out var page))
                End(page);
        }
    }

    private void End(Page page)
    {
        _pages.Remove(page.Token);
        foreach (var id in page.EventIds)
            table.PutBack(id, page.Token);
    }

    private sealed record Page(string Token, string Owner, string EventType, IReadOnlyList<string> EventIds, DateTimeOffset Ends);
}
