using System.Globalization;
using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Outbox.Batch;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Simulation;

sealed record FakePage(string Token, string Owner)
{
    public DateTimeOffset Ends { get; set; }
}

/// <summary>The batch contract over a fake backend's rows; and somebody else, who claims rows and does nothing with them.</summary>
sealed class FakePages(FakeOutbox outbox, Weather weather, FakeClock clock)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    const string Somebody = "somebody else";

    int claims;
    bool fair;

    /// <summary>For one life of the process.</summary>
    public BatchPort PortOf(string owner) => new(
        Claim: async (limit, read, _) =>
        {
            var answer = await outbox.CallAsync(weather.Outbox(), () => Claim(owner, limit));
            return answer.Map(claimed =>
            {
                read(claimed.Rows);
                return claimed.Page;
            });
        },
        Renew: token => outbox.BesideAsync(weather.Outbox(), () => Renew(token)),
        Mark: (token, marks) => outbox.MarkPageAsync<IReadOnlyList<PageMarkEnd>>(() => [.. marks.Select(m => Mark(token, m))]),
        Release: token => outbox.CallAsync(weather.Outbox(), () =>
        {
            End(row => row.Page?.Token == token);
            return Unit.Default;
        }));

    /// <summary>Rows as <see cref="PortOf"/> hands them to its reader.</summary>
    public IReadOnlyList<OutboxItem<string>> Read(byte[] rows) =>
    [
        .. Encoding.UTF8.GetString(rows).Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(at => outbox.Rows[int.Parse(at, CultureInfo.InvariantCulture)].Item),
    ];

    /// <summary>The process stands still until its lease has ended, and somebody claims what it had.</summary>
    public void Freeze()
    {
        if (fair) return;
        clock.Advance(Lease + TimeSpan.FromSeconds(10));
        Claim(Somebody, int.MaxValue);
    }

    /// <summary>Whoever had claimed rows is gone, and nobody comes between any more.</summary>
    public void EndAll()
    {
        fair = true;
        End(_ => true);
    }

    public bool IsSomebodys(EventId id) =>
        outbox.Rows.Any(r => r.EventId == id && r.Status is RowStatus.Pending && r.Page is { Owner: Somebody } page && page.Ends > clock.GetUtcNow());

    (byte[] Rows, ClaimedPage Page) Claim(string owner, int limit)
    {
        var now = clock.GetUtcNow();
        End(row => row.Page?.Owner == owner);
        var free = outbox.Rows.Where(r => r.Status is RowStatus.Pending && (r.Page is null || r.Page.Ends <= now))
            .OrderBy(r => r.Claims).Take(limit).ToList();
        var ids = free.Where(r => r.EventId is not null).Select(r => r.EventId).ToHashSet();
        SampleRow[] claimed = [.. outbox.Rows.Where(r => r.Status is RowStatus.Pending && (ids.Contains(r.EventId) || free.Contains(r)))];
        var page = new FakePage($"page {++claims}", owner) { Ends = now + Lease };
        foreach (var row in claimed) (row.Page, row.Claims) = (page, row.Claims + 1);
        var indexes = string.Join(',', claimed.Select(r => outbox.Rows.IndexOf(r).ToString(CultureInfo.InvariantCulture)));
        return (
            Encoding.UTF8.GetBytes(indexes),
            new ClaimedPage(claimed.Length > 0 ? page.Token : "", Lease, outbox.Of(RowStatus.Pending).Count() == claimed.Length));
    }

    TimeSpan Renew(string token)
    {
        var now = clock.GetUtcNow();
        if (outbox.Rows.Find(r => r.Page?.Token == token)?.Page is not { } page || page.Ends <= now) return TimeSpan.Zero;
        page.Ends = now + Lease;
        return Lease;
    }

    PageMarkEnd Mark(string token, PageMark mark)
    {
        var rows = outbox.Rows.Where(r => r.EventId == mark.Id).ToArray();
        var status = mark.Failed is null ? RowStatus.Sent : RowStatus.Failed;
        if (rows.Length == 0) return PageMarkEnd.NoSuchRow;
        if (rows.All(r => r.Status == status)) return PageMarkEnd.Marked;
        if (rows.All(r => r.Page?.Token != token) || rows.Any(r => r.Status is RowStatus.Sent)) return PageMarkEnd.Stale;
        outbox.Mark(mark.Id, status);
        return PageMarkEnd.Marked;
    }

    void End(Func<SampleRow, bool> which)
    {
        foreach (var page in outbox.Rows.Where(which).Select(r => r.Page).OfType<FakePage>().Distinct()) page.Ends = DateTimeOffset.MinValue;
    }
}
