using Hobom.Slices.Protos.Outbox.Law;
using Hobom.Slices.Protos.Outbox.Space;

namespace Hobom.Slices.Sandbox.Feed;

/// <summary>Changes of pages in a space, and of articles in a law.</summary>
public static class SampleChanges
{
    private const long FirstPageId = 9_007_199_254_740_993; // 2^53 + 1: no double holds it

    private static readonly (string Entity, string Action, string Title)[] s_pages =
    [
        ("PAGE", "CREATED", "회의록 2026-03-05"), ("PAGE", "UPDATED", "Runbook: restoring the outbox"),
        ("COMMENT", "CREATED", "Re: 배포 일정"), ("PAGE", "DELETED", "Draft (old)"), ("PAGE", "MOVED", "온보딩 가이드 📘"),
    ];

    private static readonly (string Type, string Before, string After)[] s_articles =
    [
        ("MODIFIED", "임대차기간은 1년으로 한다.", "임대차기간은 2년으로 한다."),
        ("ADDED", "", "임차인은 계약의 갱신을 한 차례 요구할 수 있다."),
        ("DELETED", "이 조는 2025년 12월 31일까지 효력을 가진다.", ""),
    ];

    public static SpaceEventPayload Page(long n)
    {
        var (entity, action, title) = s_pages[n % s_pages.Length];
        return new SpaceEventPayload
        {
            EntityType = entity, Action = action, Title = title, PageId = FirstPageId + n,
            SpaceKey = n % 2 == 0 ? "TEAM" : "DOCS", ActorId = n % 6 == 0 ? "" : $"user-{n % 13}",
        };
    }

    public static LawChangedPayload Law(long n, string diffId)
    {
        var payload = new LawChangedPayload { DiffId = diffId };
        for (var i = 0; i <= n % 3; i++)
        {
            var (type, before, after) = s_articles[(n + i) % s_articles.Length];
            payload.Changes.Add(new LawArticleChange
                { ArticleNo = $"제{n + i + 1}조", ChangeType = type, Before = before, After = after });
        }

        return payload;
    }
}
