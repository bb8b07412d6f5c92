using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

public sealed class ListReplaysEndpoint(RedisReplayJobs jobs, TimeProvider clock) : EndpointWithoutRequest<object>
{
    const int Most = 100;

    public sealed record ReplayJobList(IReadOnlyList<ReplayJobView> Items);

    public override void Configure()
    {
        Get("/dlq/replays");
        Policies(Role.Reader);
        Description(b => b.Produces<ReplayJobList>().Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "List the replays of many";
            s.Description =
                $"The newest first, {Most} at most. Jobs that have ended are kept 30 days, plans that were not started 24 hours.";
            s.ResponseExamples[200] = new ReplayJobList([ReplayExamples.Running]);
            s.ResponseExamples[503] = new ErrorAnswer("Redis does not answer within 2 s");
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if ((await jobs.ListAsync(Most)).TryGetRight(out var found, out var failure))
            await Send.OkAsync(new ReplayJobList([.. found.Select(j => ReplayJobView.Of(j, clock.GetUtcNow()))]), ct);
        else await Send.ResponseAsync(new ErrorAnswer(failure.Message), 503, ct);
    }
}
