namespace Hobom.Slices.Streams;

/// <summary><c>info</c> <c>article_fetched</c>: articles by day, and by user where one asked: some are fetched for nobody.</summary>
public static class ArticleFetchedHandler
{
    public static EntryHandler Handler { get; } = new("info", "article_fetched", Fields.UserOf, _ => [], (dated, _) =>
        Fields.OptionalName(dated.Entry, Fields.UserId).Map(user => Changes.Of(
        [
            new StateChange.Add(StateKey.DailyStats(dated.Day), "total_articles", 1),
            .. user.Map<StateChange>(u => new StateChange.Add(StateKey.UserStats(u), "article_count", 1)).AsEnumerable(),
        ])));
}
