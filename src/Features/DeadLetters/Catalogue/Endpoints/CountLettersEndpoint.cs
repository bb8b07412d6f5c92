using FastEndpoints;
using Hobom.Slices.DeadLetters.Letters.Endpoints;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Catalogue.Endpoints;

/// <summary>How many letters wait, and how long yet.</summary>
public sealed class CountLettersEndpoint(LetterCatalogue catalogue, LetterFeed feed) : EndpointWithoutRequest<object>
{
    /// <param name="Urgent">Expire within six hours.</param>
    /// <param name="Unsettled">Replayed right now, or with an outcome that nobody saw.</param>
    /// <param name="Discarded">Put aside; in no other count.</param>
    public sealed record CategoryCountsView(
        string Category, int Count, int Urgent, int Held, int Unsettled, int Discarded, DateTimeOffset? Oldest, DateTimeOffset? NextExpiry);

    /// <param name="AsOf">When Redis last told of changes: older than some seconds, it is away.</param>
    /// <param name="Codes">The most frequent error codes of last attempts.</param>
    /// <param name="Kinds">The most frequent words for what failed.</param>
    public sealed record LetterCountsView(
        IReadOnlyList<CategoryCountsView> Categories, int Total, DateTimeOffset? AsOf, IReadOnlyList<CodeCount> Codes,
        IReadOnlyList<KindCount> Kinds)
    {
        /// <summary>Of all letters that this process has seen, those gone included; null where it has seen none.</summary>
        public DateTimeOffset? LastFailure { get; init; }

        /// <summary>When this process began to look.</summary>
        public required DateTimeOffset Since { get; init; }
    }

    public override void Configure()
    {
        Get("/dlq/counts");
        Policies(Role.Reader);
        Description(b => b.Produces<LetterCountsView>().Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Count dead letters";
            s.Description = "By category: how many, how many expire within six hours, the oldest and the next to expire; and the "
                + $"{LetterCounts.CodeLimit} most frequent error codes, and words for what failed.";
            var letter = LetterExamples.Letter;
            s.ResponseExamples[200] = new LetterCountsView(
                [new CategoryCountsView("menu", 214, 12, 0, 1, 3, letter.LastFailedAt, letter.ExpiresAt)], 214, letter.LastFailedAt,
                [new CodeCount("Local_MsgTimedOut", 180)], [new KindCount("timed-out", 31)])
            {
                LastFailure = letter.LastFailedAt, Since = letter.FirstFailedAt,
            };
            s.ResponseExamples[503] = LetterExamples.NotLoaded;
        });
    }

    public override Task HandleAsync(CancellationToken ct)
    {
        if (!catalogue.IsLoaded) return Send.ResponseAsync(LetterExamples.NotLoaded, 503, ct);
        var counts = catalogue.Counts();
        return Send.OkAsync(
            new LetterCountsView(
                [
                    .. counts.Categories.Select(c => new CategoryCountsView(
                        c.Category.Name, c.Count, c.Urgent, c.Held, c.Unsettled, c.Discarded, c.Oldest, c.NextExpiry)),
                ],
                counts.Categories.Sum(c => c.Count), feed.AsOf, counts.Codes, counts.Kinds)
            {
                LastFailure = catalogue.Past.LastFailure, Since = catalogue.Past.Since,
            },
            ct);
    }
}
