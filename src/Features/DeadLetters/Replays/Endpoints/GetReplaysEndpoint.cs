using FastEndpoints;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http;

namespace Hobom.Slices.DeadLetters.Replays.Endpoints;

public sealed class GetReplaysEndpoint(RedisReplayJobs jobs, TimeProvider clock) : EndpointWithoutRequest<object>
{
    public override void Configure()
    {
        Get("/dlq/replays/{id}");
        Policies(Role.Reader);
        Description(b => b.Produces<ReplayJobView>().Produces<ErrorAnswer>(404).Produces<ErrorAnswer>(503));
        Summary(s =>
        {
            s.Summary = "How a replay of many is getting on";
            s.Description =
                "Its plan, its state and why, how many letters were delivered, failed and were skipped, with the reasons, and how "
                + "many are left.";
            s.Params["id"] = "the job's id, from its plan";
            s.ResponseExamples[200] = ReplayExamples.Running;
            s.ResponseExamples[404] = ReplayExamples.NoJob;
            s.ResponseExamples[503] = new ErrorAnswer("Redis does not answer within 2 s");
        });
    }

    public override async Task HandleAsync(CancellationToken ct)
    {
        if ((await jobs.GetAsync(Route<string>("id") ?? "")).TryGetRight(out var job, out var fault))
        {
            await Send.OkAsync(ReplayJobView.Of(job, clock.GetUtcNow()), ct);
            return;
        }

        var (status, answer) = ReplayJobFaults.AnswerTo(fault);
        await Send.ResponseAsync(answer, status, ct);
    }
}
