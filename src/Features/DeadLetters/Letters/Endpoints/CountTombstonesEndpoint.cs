using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Letters.Endpoints;

/// <summary>How many letters went undelivered in the last day, by how.</summary>
public sealed class CountTombstonesEndpoint(RedisTombstones tombstones, TimeProvider clock) : EndpointWithoutRequest<object>
{
    static readonly TimeSpan Within = TimeSpan.FromHours(24);

    /// <param name="Evicted">Dropped by Redis before their time: an incident.</param>
    /// <param name="More">There are more, which were not counted.</param>
    public sealed record TombstoneCounts(DateTimeOffset Since, int Expired, int Evicted, int Removed, int Discarded, bool More);

    public override void Configure()
    {
        Get("/dlq/tombstones/counts");
        Policies(Role.Reader);
        Description(b => b.Produces<TombstoneCounts>().Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "Count dead letters that went in the last 24 hours";
            s.Description = "By how they ended, of the newest few thousand; where there are more, `more` is true.";
            s.ResponseExamples[200] = new TombstoneCounts(LetterExamples.Letter.LastFailedAt, 12, 0, 1, 3, More: false);
            s.ResponseExamples[503] = ErrorExamples.RedisAway;
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        var since = clock.GetUtcNow() - Within;
        if (!(await tombstones.CountAsync(since)).TryGetRight(out var found, out var failure))
        {
            await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
            return;
        }

        int Of(LetterEnd end) => found.Counts.GetValueOrDefault(end);
        await Send.OkAsync(
            new TombstoneCounts(
                since, Of(LetterEnd.Expired), Of(LetterEnd.Evicted), Of(LetterEnd.Removed), Of(LetterEnd.Discarded), found.More),
            ct);
    }
}
